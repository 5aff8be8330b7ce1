// What is counted of the statements that clients run, however they send them.
#include <boost/test/unit_test.hpp>
#include <map>

#include "tests/support/play/play.h"

namespace howdah::tests {

namespace {

using std::chrono::milliseconds;

std::map<std::string, stats::StatementSnapshot> counted(Play& play) {
  std::map<std::string, stats::StatementSnapshot> by_text;
  for (const auto& statement : play.workers().front().statements.snapshots()) by_text[statement.text] = statement;
  return by_text;
}

// "text: calls/errors/rows", one a line.
std::string told(Play& play) {
  std::string lines;
  for (const auto& [text, counts] : counted(play)) {
    lines += text + ": " + std::to_string(counts.calls) + "/" + std::to_string(counts.errors) + "/" +
             std::to_string(counts.rows) + "\n";
  }
  return lines;
}

std::string run(std::string_view name) {
  return tests::bind("", name) + describe('P', "") + execute();
}

void check_all_ways(config::PoolMode mode, const std::string& expected, const std::string& requests) {
  for (const auto piece_bytes : {100'000UZ, 5UZ}) {
    Play play(one_pool(1, mode));
    auto& ann = play.log_in();
    for (std::size_t at = 0; at < requests.size(); at += piece_bytes) ann.send(requests.substr(at, piece_bytes));
    BOOST_TEST(ann.hears().ends_with("Z(I)"));
    BOOST_TEST(told(play) == expected);
  }
}

void check_whole(const std::string& expected, const std::string& requests) {
  Play play(one_pool(1));
  BOOST_TEST(play.log_in().send(requests).hears().ends_with("Z(I)"));
  BOOST_TEST(told(play) == expected);
}

void check(const std::string& expected, const std::string& requests) {
  check_all_ways(config::PoolMode::Transaction, expected, requests);
  check_all_ways(config::PoolMode::Session, expected, requests);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_statements)

BOOST_AUTO_TEST_CASE(queries_are_counted_without_their_values) {
  check("select $1: 3/0/3\n", query("SELECT 1") + query("SELECT 'x'") + query("SELECT  2"));
}

BOOST_AUTO_TEST_CASE(executes_are_counted_as_what_was_bound) {
  check("select $1: 2/0/2\n", parse("", "SELECT 1") + run("") + run("") + sync());
  check("select $1: 1/0/1\n", parse("", "SELECT 1") + sync() + run("") + sync());
  check("select $1: 3/0/3\n", parse("a", "SELECT 1") + run("a") + sync() + run("a") + run("a") + sync());
  check("select $1: 2/0/2\nselect $1, $2: 1/0/1\n",
        parse("a", "SELECT 1") + parse("b", "SELECT 1 , $1") + sync() + run("a") + run("b") + run("a") + sync());
  check("select $1: 1/0/1\n", parse("a", "SELECT 1") + tests::bind("p", "a") + execute("p") + sync());
}

BOOST_AUTO_TEST_CASE(an_error_counts_for_the_statement_that_was_not_run) {
  check("error x: 1/1/0\nselect $1: 1/0/1\n", query("ERROR x") + query("SELECT 1"));
  check_whole("error x: 1/1/0\nselect $1: 2/0/2\n", parse("a", "SELECT 1") + run("a") + parse("", "ERROR x") + run("") +
                                                        run("a") + sync() + run("a") + sync());
}

BOOST_AUTO_TEST_CASE(begin_and_commit_count_whoever_answers_them) {
  check("begin: 1/0/0\ncommit: 1/0/0\nselect $1: 1/0/1\n", query("BEGIN") + query("SELECT 1") + query("COMMIT"));
  auto settings = one_pool(1);
  pool_of(settings).defer_begin = true;
  Play play(settings);
  auto& ann = play.log_in();
  (void)ann.ask("BEGIN");
  (void)ann.ask("COMMIT");
  BOOST_TEST(told(play) == "begin: 1/0/0\ncommit: 1/0/0\n");
}

BOOST_AUTO_TEST_CASE(another_lease_knows_what_was_prepared_in_an_earlier_one) {
  Play play(one_pool(2));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  (void)ann.send(parse("a", "SELECT 1") + parse("", "SELECT 2, 3") + sync()).hears();
  (void)bob.ask("BEGIN");
  BOOST_TEST(ann.send(run("a") + sync()).hears().ends_with("Z(I)"));
  BOOST_TEST(ann.send(run("") + sync()).hears().ends_with("Z(I)"));
  BOOST_TEST(told(play) == "begin: 1/0/0\nselect $1: 1/0/1\nselect $1, $2: 1/0/1\n");
}

BOOST_AUTO_TEST_CASE(waiting_and_the_servers_time_are_told_apart) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  (void)ann.ask("BEGIN");
  bob.send(query("SLEEP x"));
  play.pass(milliseconds(300));
  (void)ann.ask("COMMIT");
  play.pass(milliseconds(200));
  play.script(1).wake();
  play.run();
  const auto counts = counted(play)["sleep x"];
  BOOST_TEST(counts.calls == 1U);
  BOOST_TEST(counts.wait_time.count() == 300'000);
  BOOST_TEST(counts.server_time.count() == 200'000);
  BOOST_TEST(counts.longest.count() == 200'000);
  BOOST_TEST(counts.bytes > 0U);
}

BOOST_AUTO_TEST_CASE(nothing_is_counted_where_it_is_switched_off) {
  auto settings = one_pool(1);
  settings.statements.track = false;
  Play play(settings);
  auto& ann = play.log_in();
  (void)ann.ask("SELECT 1");
  (void)ann.send(parse("a", "SELECT 1") + run("a") + sync()).hears();
  BOOST_TEST(told(play).empty());
  BOOST_TEST(play.pool().totals().rows == 2U);
}

BOOST_AUTO_TEST_CASE(each_user_has_his_own_counts) {
  auto settings = one_pool(2);
  settings.databases["shop"].backend = "host=backend";
  Play play(settings);
  (void)play.log_in("ann").ask("SELECT 1");
  (void)play.log_in("bob").ask("SELECT 2");
  const auto all = play.workers().front().statements.snapshots();
  BOOST_TEST(all.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
