// Where the time of waits, requests and transactions is counted, and what is logged of slow ones.
#include <boost/test/unit_test.hpp>

#include "tests/support/play/play.h"

namespace howdah::tests {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

bool is_about(std::chrono::microseconds duration, std::chrono::microseconds expected) {
  return std::abs(duration.count() - expected.count()) <= expected.count() / 50;
}

std::string line_with(const std::string& log, std::string_view words) {
  const auto at = log.find(words);
  return at == std::string::npos ? "" : log.substr(at, log.find('\n', at) - at);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_times)

BOOST_AUTO_TEST_CASE(each_transaction_is_one_in_the_distributions) {
  for (const auto mode : {config::PoolMode::Transaction, config::PoolMode::Session}) {
    Play play(one_pool(1, mode));
    auto& ann = play.log_in();
    (void)ann.ask("SELECT 1");
    (void)ann.ask("BEGIN");
    play.pass(milliseconds(100));
    ann.send(query("SLEEP x"));
    play.pass(milliseconds(50));
    play.script(1).wake();
    play.run();
    (void)ann.ask("COMMIT");
    const auto& times = play.pool().figures().times;
    BOOST_TEST(times.transaction.count() == 2U);
    BOOST_TEST(is_about(times.transaction.quantile(1), milliseconds(150)));
    BOOST_TEST(times.query.count() == 4U);
    BOOST_TEST(is_about(times.query.quantile(1), milliseconds(50)));
    BOOST_TEST(is_about(play.pool().totals().transaction_time, milliseconds(150)));
  }
}

BOOST_AUTO_TEST_CASE(waits_are_recorded_those_in_vain_too) {
  auto settings = one_pool(1);
  pool_of(settings).acquire_timeout = seconds(1);
  Play play(settings);
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  auto& cat = play.log_in();
  (void)ann.ask("BEGIN");
  cat.send(query("SELECT 1"));
  play.pass(milliseconds(900));
  bob.send(query("SELECT 1"));
  play.pass(milliseconds(200));
  BOOST_TEST(cat.hears().starts_with("E(53300"));
  (void)ann.ask("COMMIT");
  BOOST_TEST(bob.hears().ends_with("Z(I)"));
  const auto& waits = play.pool().figures().times.wait;
  BOOST_TEST(waits.count() == 3U);  // with the first log-in
  BOOST_TEST(is_about(waits.quantile(0.6), milliseconds(200)));
  BOOST_TEST((waits.quantile(1) >= seconds(1) && waits.quantile(1) <= milliseconds(1100)));
}

BOOST_AUTO_TEST_CASE(errors_are_counted_by_sqlstate_and_disconnects_by_reason) {
  auto settings = one_pool(1);
  settings.client.idle_timeout = seconds(1);
  Play play(settings);
  auto& ann = play.log_in();
  (void)ann.ask("ERROR x");
  (void)ann.send(parse("", "ERROR x") + sync()).hears();
  ann.vanish();
  play.run();
  (void)play.log_in();
  play.pass(seconds(2));
  const auto& figures = play.pool().figures();
  BOOST_TEST(figures.totals.errors_sent == 3U);
  BOOST_TEST(figures.errors.at("57P05") == 1U);
  BOOST_TEST(figures.errors.size() == 2U);
  BOOST_TEST(figures.disconnects.at("idle timeout") == 1U);
  BOOST_TEST(figures.disconnects.at("closed by the client") == 1U);
}

BOOST_AUTO_TEST_CASE(sqlstates_that_somebody_makes_up_do_not_fill_the_memory) {
  stats::PoolFigures figures;
  for (int code = 10'000; code < 20'000; ++code) figures.note_error(std::to_string(code));
  figures.note_error("57014");
  BOOST_TEST(figures.errors.size() <= 201U);
  BOOST_TEST(figures.errors.at("other") > 9000U);
  BOOST_TEST(figures.totals.errors_sent == 10'001U);
}

BOOST_AUTO_TEST_CASE(an_error_that_one_client_heard_is_not_counted_for_the_next) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  ann.send(query("ERROR x")).vanish();
  play.run();
  (void)play.log_in().ask("SELECT 1");
  BOOST_TEST(play.pool().totals().errors_sent == 1U);
}

BOOST_AUTO_TEST_CASE(a_slow_transaction_is_logged_with_where_its_time_went) {
  auto settings = one_pool(1);
  settings.log.slow_transaction = milliseconds(500);
  Play play(settings);
  auto& ann = play.log_in("ann");
  auto& bob = play.log_in("ann");
  (void)ann.ask("BEGIN");
  bob.send(query("BEGIN"));
  play.pass(milliseconds(100));
  (void)ann.ask("COMMIT");
  BOOST_TEST(line_with(play.log_text(), "slow transaction").empty());
  play.pass(milliseconds(200));
  bob.send(query("SLEEP x"));
  play.pass(milliseconds(400));
  play.script(1).wake();
  play.run();
  (void)bob.ask("COMMIT");
  const auto line = line_with(play.log_text(), "slow transaction");
  BOOST_TEST(line.contains("user=ann"), line);
  BOOST_TEST(line.contains("took_ms=700.000 queue_ms=100.000 login_ms=0.000 server_ms=400.000 client_ms=200.000"),
             line);
}

BOOST_AUTO_TEST_CASE(a_log_in_that_a_transaction_waited_for_is_told) {
  auto settings = one_pool(1);
  settings.log.slow_transaction = milliseconds(200);
  Play play(settings);
  (void)play.log_in();
  play.server(1).socket().reset();
  play.run();
  play.are_logins_automatic = false;
  auto& bob = play.log_in();
  bob.send(query("SELECT 1"));
  play.pass(milliseconds(300));
  play.are_logins_automatic = true;
  play.run();
  const auto line = line_with(play.log_text(), "slow transaction");
  BOOST_TEST(line.contains("queue_ms=0.000 login_ms=300.000 server_ms=0.000"), line);
}

BOOST_AUTO_TEST_CASE(a_slow_statement_is_logged_without_its_values) {
  auto settings = one_pool(1);
  settings.log.slow_statement = milliseconds(100);
  settings.statements.track = false;
  Play play(settings);
  auto& ann = play.log_in();
  (void)ann.ask("SELECT 'quick'");
  ann.send(query("SLEEP 'secret'"));
  play.pass(milliseconds(150));
  play.script(1).wake();
  play.run();
  const auto line = line_with(play.log_text(), "slow statement");
  BOOST_TEST(line.contains("took_ms=150.000"), line);
  BOOST_TEST(line.contains("sleep $1"), line);
  BOOST_TEST(!play.log_text().contains("secret"));
  BOOST_TEST(!play.log_text().contains("quick"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
