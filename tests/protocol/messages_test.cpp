#include "protocol/messages.h"

#include <boost/test/unit_test.hpp>

#include "protocol/frame_walker.h"

namespace howdah::protocol {

namespace {

using namespace std::string_literals;

// A function's message, appended to what is there.
template <typename Append>
std::string made(Append&& append) {
  std::string out = "*";
  append(out);
  BOOST_TEST(out.front() == '*');
  return out.substr(1);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(messages)

BOOST_AUTO_TEST_CASE(messages_are_as_the_protocol_defines_them) {
  BOOST_TEST(made([](auto& out) { append_ready_for_query(out, TransactionStatus::Idle); }) == "Z\0\0\0\5I"s);
  BOOST_TEST(made([](auto& out) { append_ready_for_query(out, TransactionStatus::InTransaction); }) == "Z\0\0\0\5T"s);
  BOOST_TEST(made([](auto& out) { append_ready_for_query(out, TransactionStatus::Failed); }) == "Z\0\0\0\5E"s);
  BOOST_TEST(made([](auto& out) { append_parameter_status(out, "a", ""); }) == "S\0\0\0\7a\0\0"s);
  BOOST_TEST(made([](auto& out) { append_backend_key_data(out, -2, "\0key"s); }) ==
             "K\0\0\0\x0c\xff\xff\xff\xfe\0key"s);
  BOOST_TEST(made([](auto& out) { append_query(out, "select 1"); }) == "Q\0\0\0\x0dselect 1\0"s);
  BOOST_TEST(made([](auto& out) { append_query(out, ""); }) == "Q\0\0\0\5\0"s);
  BOOST_TEST(made([](auto& out) { append_sync(out); }) == "S\0\0\0\4"s);
  BOOST_TEST(made([](auto& out) { append_flush(out); }) == "H\0\0\0\4"s);
  BOOST_TEST(made([](auto& out) { append_copy_fail(out, "why"); }) == "f\0\0\0\x08why\0"s);
}

BOOST_AUTO_TEST_CASE(a_key_of_protocol_3_2_may_have_256_bytes) {
  const auto message = made([](auto& out) { append_backend_key_data(out, 1, std::string(256, 'k')); });
  BOOST_TEST(message.starts_with("K\0\0\1\x08"s));
  BOOST_TEST(message.size() == 265u);
}

BOOST_AUTO_TEST_CASE(what_we_send_to_a_server_is_what_a_client_may_send) {
  std::string out;
  append_query(out, "select 1");
  append_sync(out);
  append_flush(out);
  append_copy_fail(out, "why");
  FrameWalker walker(client_frame_rules());
  Bytes rest = out;
  for (const char type : "QSHf"s) {
    const auto next = walker.peek(rest);
    BOOST_REQUIRE((next && *next && (*next)->is_end));
    BOOST_TEST((*next)->type == type);
    walker.advance(**next);
    rest.remove_prefix((*next)->bytes.size());
  }
  BOOST_TEST(rest.empty());
}

BOOST_AUTO_TEST_CASE(three_letters_are_a_transaction_status) {
  for (int byte = 0; byte < 256; ++byte) {
    const bool is_status = byte == 'I' || byte == 'T' || byte == 'E';
    BOOST_TEST(is_transaction_status(static_cast<char>(byte)) == is_status);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
