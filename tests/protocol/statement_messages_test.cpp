#include "protocol/statement_messages.h"

#include <boost/test/unit_test.hpp>

#include "protocol/frame_walker.h"
#include "tests/support/frontend_messages.h"

namespace howdah::protocol {

namespace {

using namespace std::string_literals;

const std::string kDefinition = "select $1\0\0\1\0\0\0\x17"s;

std::string body_of(const std::string& frame) {
  return frame.substr(kFrameHeaderBytes);
}

template <typename Append>
std::string made(Append&& append) {
  std::string out;
  append(out);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(statement_messages)

BOOST_AUTO_TEST_CASE(a_parse_is_a_name_and_a_definition) {
  const auto bytes = "name\0"s + kDefinition;
  const auto body = read_parse(bytes);
  BOOST_REQUIRE(body.has_value());
  BOOST_TEST(body->name == "name");
  BOOST_TEST(body->definition == kDefinition);
  BOOST_TEST(statement_text(body->definition) == "select $1");
  const auto unnamed = body_of(tests::parse("", ""));
  BOOST_TEST(read_parse(unnamed)->name == "");
  BOOST_TEST(statement_text(read_parse(unnamed)->definition) == "");
}

BOOST_AUTO_TEST_CASE(a_parse_of_any_other_length_is_malformed) {
  const auto bytes = "name\0"s + kDefinition;
  for (std::size_t size = 0; size < bytes.size(); ++size) BOOST_TEST(!read_parse(bytes.substr(0, size)).has_value());
  BOOST_TEST(!read_parse(bytes + "x").has_value());
  BOOST_TEST(!read_parse("\0\0\xff\xff"s).has_value());  // 65,535 types
}

BOOST_AUTO_TEST_CASE(the_front_of_a_bind_is_its_names) {
  const auto bytes = "portal\0statement\0\0\0\0\0\0\0"s;
  const auto front = read_bind_front(bytes);
  BOOST_REQUIRE(front.has_value());
  BOOST_TEST(front->portal == "portal");
  BOOST_TEST(front->statement == "statement");
  BOOST_TEST(front->size_bytes == 17U);
  BOOST_TEST(read_bind_front(bytes.substr(0, 17))->size_bytes == 17U);
  for (std::size_t size = 0; size < 17; ++size) BOOST_TEST(!read_bind_front(bytes.substr(0, size)).has_value());
}

BOOST_AUTO_TEST_CASE(a_target_is_a_kind_and_a_name_and_nothing_else) {
  BOOST_TEST(read_target("Sname\0"s)->kind == 'S');
  BOOST_TEST(read_target("Sname\0"s)->name == "name");
  BOOST_TEST(read_target("P\0"s)->kind == 'P');
  for (const auto& bytes : {""s, "S"s, "Sname"s, "Sname\0x"s}) BOOST_TEST(!read_target(bytes).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_written_is_what_a_client_would_send) {
  BOOST_TEST(made([](auto& out) { append_parse(out, "a", "select 1\0\0\0"s); }) == tests::parse("a", "select 1"));
  BOOST_TEST(made([](auto& out) { append_bind(out, "p", "a"); }) == tests::bind("p", "a"));
  BOOST_TEST(made([](auto& out) { append_execute(out, "p"); }) == tests::execute("p"));
  BOOST_TEST(made([](auto& out) { append_describe_statement(out, "a"); }) == tests::describe('S', "a"));
  BOOST_TEST(made([](auto& out) { append_close_statement(out, "a"); }) == tests::close('S', "a"));
}

BOOST_AUTO_TEST_CASE(a_bind_with_another_front_keeps_what_follows) {
  const auto bind = tests::bind("portal", "mine");
  const auto front = read_bind_front(Bytes(bind).substr(kFrameHeaderBytes));
  const auto rest = bind.substr(kFrameHeaderBytes + front->size_bytes);
  BOOST_TEST(made([&](auto& out) { append_bind_front(out, "portal", "howdah_12", rest.size()); }) + rest ==
             tests::bind("portal", "howdah_12"));
}

BOOST_AUTO_TEST_CASE(names_count_up_to_63_bytes) {
  BOOST_TEST(cut_statement_name("a") == "a");
  BOOST_TEST(cut_statement_name(std::string(63, 'n')).size() == 63U);
  BOOST_TEST(cut_statement_name(std::string(64, 'n')) == std::string(63, 'n'));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
