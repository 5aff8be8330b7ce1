#include "daemon/admin/extended_query.h"

#include <boost/test/unit_test.hpp>

#include "daemon/admin/console.h"
#include "tests/daemon/stats/fake_source.h"
#include "tests/support/frame_text.h"
#include "tests/support/frontend_messages.h"

namespace howdah::admin {

namespace {

using namespace tests;
using namespace std::string_literals;

struct Fixture {
  FakeSource source;
  Console console{source, Role::Acts};

  // Sends whole messages; what comes back, as text.
  std::string answer(const std::string& messages) {
    std::string out;
    for_each_frame(messages, [&](char type, protocol::Bytes body) { (void)console.on_message(type, body, out); });
    return backend_text(out);
  }
};

const std::string kVersion = "D(howdah " HOWDAH_VERSION ")";

// With codes for parameters and results, and a count of parameter values.
std::string bind_with(std::vector<std::int16_t> formats, std::int16_t value_count = 0) {
  std::string out;
  protocol::MessageWriter writer(out, 'B');
  writer.c_string("").c_string("").int16(0).int16(value_count);
  writer.int16(static_cast<std::int16_t>(formats.size()));
  for (const auto format : formats) writer.int16(format);
  return out;
}

std::string bind_values(const std::vector<std::string>& values, std::int16_t format = 0) {
  std::string out;
  protocol::MessageWriter writer(out, 'B');
  writer.c_string("").c_string("").int16(1).int16(format).int16(static_cast<std::int16_t>(values.size()));
  for (const auto& value : values) writer.int32(static_cast<std::int32_t>(value.size())).bytes(value);
  writer.int16(0);
  return out;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(console_extended_query, Fixture)

BOOST_AUTO_TEST_CASE(a_show_runs_as_a_prepared_statement) {
  BOOST_TEST(answer(parse("s", "show version") + describe('S', "s") + sync()) == "1 t T Z(I)");
  const auto run = bind("", "s") + describe('P') + execute() + sync();
  for (int i = 0; i < 3; ++i) BOOST_TEST(answer(run) == "2 T " + kVersion + " C(SHOW) Z(I)");
}

BOOST_AUTO_TEST_CASE(commands_without_rows_describe_as_no_data) {
  BOOST_TEST(answer(parse("", "") + bind() + describe('P') + execute() + sync()) == "1 2 n I Z(I)");
  BOOST_TEST(answer(parse("", "begin") + describe('S') + bind() + execute() + sync()) == "1 t n 2 C(BEGIN) Z(T)");
  BOOST_TEST(answer(statement("show help") + sync()) == "1 2 N(Console usage) C(SHOW) Z(T)");
}

BOOST_AUTO_TEST_CASE(an_error_skips_everything_up_to_sync) {
  BOOST_TEST(answer(parse("", "nonsense") + bind() + execute() + query("show version") + flush() + function_call(1)) ==
             "E(42601 unknown command \"nonsense\")");
  BOOST_TEST(answer(statement("show version")) == "");
  BOOST_TEST(answer(sync()) == "Z(I)");
  BOOST_TEST(answer(statement("show version") + sync()) == "1 2 " + kVersion + " C(SHOW) Z(I)");
}

BOOST_AUTO_TEST_CASE(rows_come_in_portions_where_a_limit_is_given) {
  source.state.pools = {FakeSource::pool("a", "x"), FakeSource::pool("b", "x"), FakeSource::pool("c", "x")};
  BOOST_TEST(answer(parse("", "show pools") + bind("p") + execute("p", 2) + flush()) == "1 2 D(a) D(b) s");
  source.state.pools.clear();  // the portal has its rows
  BOOST_TEST(answer(execute("p", 1)) == "D(c) s");
  BOOST_TEST(answer(execute("p", 1)) == "C(SHOW)");
}

BOOST_AUTO_TEST_CASE(portals_end_with_sync_and_with_a_simple_query) {
  const auto missing = "E(34000 portal \"p\" does not exist) Z(I)"s;
  BOOST_TEST(answer(parse("s", "show version") + bind("p", "s") + sync() + execute("p") + sync()) ==
             "1 2 Z(I) " + missing);
  BOOST_TEST(answer(bind("p", "s") + query("") + execute("p") + sync()) == "2 I Z(I) " + missing);
  BOOST_TEST(answer(bind("p", "s") + close('P', "p") + execute("p") + sync()) == "2 3 " + missing);
}

BOOST_AUTO_TEST_CASE(in_a_transaction_portals_live_up_to_its_end) {
  const auto missing = "E(34000 portal \"p\" does not exist)"s;
  (void)answer(statement("begin") + parse("s", "show version") + tests::bind("p", "s") + sync());
  BOOST_TEST(answer(execute("p", 1) + sync()) == kVersion + " s Z(T)");
  BOOST_TEST(answer(query("") + execute("p") + sync()) == "I Z(T) C(SHOW) Z(T)");
  BOOST_TEST(answer(statement("commit") + execute("p") + sync()) == "1 2 C(COMMIT) " + missing + " Z(I)");
}

BOOST_AUTO_TEST_CASE(statements_live_until_they_are_closed) {
  const auto missing = "E(26000 prepared statement \"s\" does not exist) Z(I)"s;
  BOOST_TEST(answer(parse("s", "show version") + query("") + describe('S', "s") + sync()) == "1 I Z(I) t T Z(I)");
  BOOST_TEST(answer(close('S', "s") + describe('S', "s") + sync()) == "3 " + missing);
  BOOST_TEST(answer(bind("", "s") + sync()) == missing);
  BOOST_TEST(answer(close('S', "s") + sync()) == "3 Z(I)");
  BOOST_TEST(answer(parse("", "show version") + query("") + bind() + sync()) ==
             "1 I Z(I) E(26000 unnamed prepared statement does not exist) Z(I)");
}

BOOST_AUTO_TEST_CASE(a_name_is_given_once_but_the_empty_one_again_and_again) {
  BOOST_TEST(answer(parse("s", "") + parse("s", "") + sync()) ==
             "1 E(42P05 prepared statement \"s\" already exists) Z(I)");
  BOOST_TEST(answer(bind("p", "s") + bind("p", "s") + sync()) == "2 E(42P03 portal \"p\" already exists) Z(I)");
  BOOST_TEST(answer(parse("", "") + parse("", "") + bind() + bind() + sync()) == "1 1 2 2 Z(I)");
}

BOOST_AUTO_TEST_CASE(statements_and_portals_are_bounded) {
  std::string out;
  for (int i = 0; i < 1000; ++i) (void)answer(parse(std::to_string(i), "show version"));
  BOOST_TEST(answer(parse("one more", "") + sync()) == "E(54000 too many prepared statements on the console) Z(I)");
  for (int i = 0; i < 10; ++i) (void)answer(tests::bind(std::to_string(i), "0"));
  BOOST_TEST(answer(bind("one more", "0") + sync()) == "E(54000 too many portals on the console) Z(I)");
}

BOOST_AUTO_TEST_CASE(one_statement_at_a_time_can_be_prepared) {
  BOOST_TEST(answer(parse("", "show version; show pools") + sync()) ==
             "E(42601 cannot insert multiple commands into a prepared statement) Z(I)");
}

BOOST_AUTO_TEST_CASE(results_come_in_the_formats_that_were_asked_for) {
  const auto run = [&](std::vector<std::int16_t> formats) {
    return answer(parse("", "show version") + bind_with(std::move(formats)) + sync());
  };
  BOOST_TEST(run({}) == "1 2 Z(I)");
  BOOST_TEST(run({1}) == "1 2 Z(I)");
  BOOST_TEST(run({2}) == "1 E(22023 unsupported format code: 2) Z(I)");
  BOOST_TEST(run({0, 1}) == "1 E(08P01 bind message has 2 result formats but query has 1 columns) Z(I)");
}

BOOST_AUTO_TEST_CASE(parameters_that_the_command_has_not_are_refused) {
  BOOST_TEST(answer(parse("", "show version") + bind_values({"x"}) + sync()) ==
             "1 E(08P01 bind message supplies 1 parameters, but prepared statement \"\" requires 0) Z(I)");
}

BOOST_AUTO_TEST_CASE(an_order_takes_its_words_as_parameters) {
  std::string out;
  BOOST_TEST(answer(parse("", "pause $1") + describe('S') + bind_values({"Shop One"})) == "1 t n 2");
  BOOST_TEST((console.on_message('E', std::string(5, '\0'), out) == Console::Step::Ordered));
  BOOST_TEST(console.order().database == "Shop One");
  BOOST_TEST((console.on_outcome({}, out) == Console::Step::Answered));
  BOOST_TEST(backend_text(out) == "C(PAUSE)");
}

BOOST_AUTO_TEST_CASE(whole_numbers_come_in_text_or_binary) {
  const auto ordered = [&](std::string type, std::string value, std::int16_t format) {
    std::string out;
    const auto body = "\0kill_client $1\0\0\1"s + type;
    BOOST_TEST(answer(message('P', body) + bind_values({std::move(value)}, format)) == "1 2");
    BOOST_TEST((console.on_message('E', std::string(5, '\0'), out) == Console::Step::Ordered));
    return console.order().client;
  };
  BOOST_TEST(ordered("\0\0\0\x19"s, "c12", 0) == 12u);
  BOOST_TEST(ordered("\0\0\0\0"s, "12", 0) == 12u);
  BOOST_TEST(ordered("\0\0\0\x17"s, "\0\0\1\0"s, 1) == 256u);
  BOOST_TEST(ordered("\0\0\0\x14"s, "\0\0\0\0\0\0\0\7"s, 1) == 7u);
  BOOST_TEST(answer(message('P', "\0kill_client $1\0\0\1\0\0\0\x17"s) + bind_values({"123"}, 1) + sync()) ==
             "1 E(22023 parameter $1 cannot be read) Z(I)");
}

BOOST_AUTO_TEST_CASE(an_order_that_fails_skips_up_to_sync) {
  std::string out;
  (void)answer(parse("", "resume") + bind());
  BOOST_TEST((console.on_message('E', std::string(5, '\0'), out) == Console::Step::Ordered));
  const Outcome outcome{.errors = {protocol::make_error(protocol::Severity::Error, "08P01", "not paused")}};
  BOOST_TEST((console.on_outcome(outcome, out) == Console::Step::Answered));
  BOOST_TEST(backend_text(out) == "E(08P01 not paused)");
  BOOST_TEST(answer(execute() + sync()) == "Z(I)");
}

BOOST_AUTO_TEST_CASE(messages_that_cannot_be_read_are_refused) {
  const auto malformed = "E(08P01 invalid message format) Z(I)"s;
  (void)answer(parse("", "show version"));
  const auto bodies = {""s, "\0"s, "\0\0"s, "x"s, "\0\0\0"s, "\0\0\xff\xff"s, "S"s, "Sx\0y"s, "Xx\0"s, "\0\0\0\0\0\0"s};
  for (const char type : {'P', 'B', 'D', 'E', 'C'}) {
    for (const auto& body : bodies) BOOST_TEST(answer(message(type, body) + sync()) == malformed, type << " " << body);
  }
  BOOST_TEST(answer(bind() + message('p', "x") + sync()) == "2 " + malformed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::admin
