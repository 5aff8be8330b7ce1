#include "daemon/admin/console.h"

#include <boost/test/unit_test.hpp>

#include "daemon/admin/shows.h"
#include "protocol/error_fields.h"
#include "tests/daemon/stats/fake_source.h"
#include "tests/support/frame_text.h"
#include "tests/support/frontend_messages.h"

namespace howdah::admin {

namespace {

using tests::query;

struct Fixture {
  tests::FakeSource source;
  Console console{source, Role::Acts};

  // What comes back, as text.
  std::string answer(std::string_view text) { return send('Q', std::string(text) + '\0'); }

  std::string send(char type, protocol::Bytes body) {
    std::string out;
    BOOST_TEST((console.on_message(type, body, out) == Console::Step::Answered));
    return tests::backend_text(out);
  }
};

const std::string kVersion = "T D(howdah " HOWDAH_VERSION ") C(SHOW)";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(console, Fixture)

BOOST_AUTO_TEST_CASE(every_show_answers) {
  for (const auto& show : all_shows()) {
    const auto text = answer("show " + std::string(show.name));
    BOOST_TEST(text.starts_with("T "), show.name);
    BOOST_TEST(text.ends_with("C(SHOW) Z(I)"), show.name);
  }
}

BOOST_AUTO_TEST_CASE(every_row_has_a_value_for_each_column) {
  source.client_list.resize(2);
  source.server_list.resize(2);
  source.client_list[0].pinned = std::chrono::seconds(1);
  source.client_list[1].pool_database = source.state.pools[0].database;
  source.client_list[1].pool_user = source.state.pools[0].user;
  source.client_list[1].queue_number = 1;
  source.state.pools[0].errors["42601"] = 2;
  source.state.pools[0].disconnects["closed by the client"] = 3;
  source.state.pools[0].hosts.resize(1);
  source.client_list[0].unsent_bytes = 1;
  source.client_list[0].trace = std::make_shared<const stats::TraceSnapshot>();
  source.statement_list.resize(1);
  source.advice_list.resize(1);
  for (const auto& show : all_shows()) {
    const auto rows = show.make_rows(source);
    const bool has_none = show.name == "dns_zones" || show.name.starts_with("peer");
    BOOST_TEST(rows.empty() == has_none, show.name);
    for (const auto& row : rows) BOOST_TEST(row.size() == show.columns.size(), show.name);
  }
}

BOOST_AUTO_TEST_CASE(spelling_does_not_matter) {
  for (const auto* text : {"show version", "SHOW VERSION;", " Show\n Version ; ", "/* x */ show version -- y"}) {
    BOOST_TEST(answer(text) == kVersion + " Z(I)", text);
  }
}

BOOST_AUTO_TEST_CASE(statements_run_in_order_and_end_at_the_first_error) {
  BOOST_TEST(answer("show version; ; show version") == kVersion + ' ' + kVersion + " Z(I)");
  BOOST_TEST(answer("show version; nonsense; show version") ==
             kVersion + " E(42601 unknown command \"nonsense\") Z(I)");
}

BOOST_AUTO_TEST_CASE(too_many_statements_run_not_at_all) {
  std::string text;
  for (int i = 0; i < 101; ++i) text += "show version;";
  BOOST_TEST(answer(text) == "E(54000 too many statements in one query) Z(I)");
}

BOOST_AUTO_TEST_CASE(an_empty_query_is_answered_as_such) {
  for (const auto* text : {"", " ", ";", "-- ping"}) BOOST_TEST(answer(text) == "I Z(I)", text);
}

BOOST_AUTO_TEST_CASE(what_is_unknown_is_a_syntax_error_and_the_client_stays) {
  for (const auto* text :
       {"nonsense", "show", "show nonsense", "show version now", "show \"VERSION\"", "select 1", "help me"}) {
    BOOST_TEST(answer(text) == "E(42601 unknown command \"" + std::string(text) + "\") Z(I)", text);
  }
  BOOST_TEST(answer("show 'x") == "E(42601 unterminated quoted text) Z(I)");
  BOOST_TEST(answer("show version") == kVersion + " Z(I)");
}

BOOST_AUTO_TEST_CASE(a_long_unknown_command_is_quoted_in_part) {
  const auto text = answer("x" + std::string(100'000, '\xc3'));
  BOOST_TEST(text.size() < 300u);
}

BOOST_AUTO_TEST_CASE(help_is_a_notice) {
  for (const auto* text : {"show help", "HELP"}) BOOST_TEST(answer(text) == "N(Console usage) C(SHOW) Z(I)", text);
}

BOOST_AUTO_TEST_CASE(drivers_may_set_their_parameters) {
  for (const auto* text : {"SET extra_float_digits = 3", "set application_name = 'x'", "set time zone 'UTC'",
                           "SET NAMES 'utf8'", "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"}) {
    BOOST_TEST(answer(text) == "C(SET) Z(I)", text);
  }
  BOOST_TEST(answer("set x") == "E(42601 syntax error at end of input) Z(I)");
}

BOOST_AUTO_TEST_CASE(a_driver_may_wrap_its_commands_in_transactions) {
  BOOST_TEST(answer("BEGIN") == "C(BEGIN) Z(T)");
  BOOST_TEST(answer("nonsense") == "E(42601 unknown command \"nonsense\") Z(T)");
  BOOST_TEST(answer("rollback") == "C(ROLLBACK) Z(I)");
  BOOST_TEST(answer("start transaction read only") == "C(START TRANSACTION) Z(T)");
  BOOST_TEST(answer("commit; rollback; end") == "C(COMMIT) C(ROLLBACK) C(COMMIT) Z(I)");
}

BOOST_AUTO_TEST_CASE(the_welcome_says_what_drivers_ask_for) {
  std::string out;
  console.append_welcome(out);
  const auto text = tests::backend_text(out);
  for (const auto* parameter : {"server_version=15.0 (howdah " HOWDAH_VERSION ")", "client_encoding=UTF8",
                                "integer_datetimes=on", "standard_conforming_strings=on", "DateStyle=ISO, MDY"}) {
    BOOST_TEST(text.find("S(" + std::string(parameter) + ")") != std::string::npos, parameter);
  }
}

BOOST_AUTO_TEST_CASE(other_messages_are_answered_or_ignored_as_postgresql_does) {
  std::string out;
  BOOST_TEST((console.on_message('X', {}, out) == Console::Step::Goodbye));
  BOOST_TEST(out.empty());
  BOOST_TEST(send('S', {}) == "Z(I)");
  for (const char type : {'H', 'd', 'c', 'f'}) BOOST_TEST(send(type, {}) == "");
  BOOST_TEST(send('F', {}) == "E(0A000 the console has no functions to call) Z(I)");
}

BOOST_AUTO_TEST_CASE(a_query_that_cannot_be_read_is_refused) {
  using namespace std::string_literals;
  for (const auto& body : {""s, "show version"s, "show version\0more"s, "\0\0"s}) {
    BOOST_TEST(send('Q', body) == "E(08P01 invalid message format) Z(I)");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::admin
