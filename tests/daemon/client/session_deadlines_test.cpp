// Time limits of a client, each with PostgreSQL's own error. (semantics.md, 30)
#include <boost/test/unit_test.hpp>

#include "tests/support/play/play.h"

namespace howdah::tests {

namespace {

using config::Milliseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string kIdleTransaction = "E(FATAL 25P03 terminating connection due to idle-in-transaction timeout)";

// A pool of one server with one of its limits set.
config::Settings with(Milliseconds config::PoolSettings::* limit, Milliseconds value) {
  auto settings = one_pool(1);
  pool_of(settings).*limit = value;
  return settings;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_deadlines)

BOOST_AUTO_TEST_CASE(a_log_in_has_its_time) {
  auto settings = one_pool(1);
  settings.client.login_timeout = Milliseconds(5000);
  Play play(settings);
  auto& silent = play.connect();
  play.pass(milliseconds(4900));
  BOOST_TEST(!silent.is_closed());
  play.pass(milliseconds(200));
  BOOST_TEST(silent.is_closed());
  BOOST_TEST(silent.take_bytes() == "");  // nobody said yet that he speaks our protocol
}

BOOST_AUTO_TEST_CASE(a_query_is_cancelled_when_its_time_is_up_and_its_client_stays) {
  Play play(with(&config::PoolSettings::query_timeout, Milliseconds(5000)));
  auto& ann = play.log_in();
  ann.send(query("SLEEP 1"));
  play.pass(milliseconds(4900));
  BOOST_TEST(ann.hears() == "");
  play.pass(milliseconds(200));
  BOOST_TEST(ann.hears() == "E(57014 canceling statement due to user request) Z(I)");
  BOOST_TEST(ann.ask("SELECT 1") == "T D(1) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(a_query_that_its_cancel_does_not_end_costs_the_connection) {
  Play play(with(&config::PoolSettings::query_timeout, Milliseconds(5000)));
  auto& ann = play.log_in();
  play.script(1).hold();
  ann.send(query("SELECT 1"));
  play.pass(milliseconds(5100));
  BOOST_TEST(play.server(1).cancel_count() == 1);
  BOOST_TEST(!ann.is_closed());
  play.pass(seconds(6));
  BOOST_TEST(ann.hears() == "E(FATAL 57014 terminating connection: query_timeout, and the cancel did not help)");
}

BOOST_AUTO_TEST_CASE(the_time_of_a_query_runs_only_while_one_does) {
  Play play(with(&config::PoolSettings::query_timeout, Milliseconds(5000)));
  auto& ann = play.log_in();
  (void)ann.ask("BEGIN");
  play.pass(seconds(60));
  BOOST_TEST(ann.ask("SELECT 1") == "T D(1) C(SELECT 1) Z(T)");
  BOOST_TEST(play.server(1).cancel_count() == 0);
}

BOOST_AUTO_TEST_CASE(each_query_of_a_transaction_has_the_whole_time) {
  Play play(with(&config::PoolSettings::query_timeout, Milliseconds(5000)));
  auto& ann = play.log_in();
  (void)ann.ask("BEGIN");
  for (int i = 0; i < 3; ++i) {
    ann.send(query("SLEEP 1"));
    play.pass(seconds(4));
    play.script(1).wake();
    play.run();
    BOOST_TEST(ann.hears() == "T D(1) C(SELECT 1) Z(T)");
  }
}

BOOST_AUTO_TEST_CASE(idle_in_transaction_counts_from_the_last_ready_for_query) {
  Play play(with(&config::PoolSettings::idle_in_transaction_timeout, Milliseconds(5000)));
  auto& ann = play.log_in();
  (void)ann.ask("BEGIN");
  for (int i = 0; i < 3; ++i) {
    ann.send(query("SLEEP 1"));
    play.pass(seconds(20));  // at work, not idle
    play.script(1).wake();
    play.run();
    BOOST_TEST(ann.hears() == "T D(1) C(SELECT 1) Z(T)");
    play.pass(milliseconds(4800));
  }
  play.pass(milliseconds(400));
  BOOST_TEST(ann.hears() == kIdleTransaction);
  BOOST_TEST(ann.is_closed());
  BOOST_TEST(play.server_heard(1).ends_with("Q(ROLLBACK)"));
  BOOST_TEST(play.pool().ledger().counts().idle == 1U);
}

BOOST_AUTO_TEST_CASE(a_batch_without_its_sync_is_a_transaction_that_idles) {
  Play play(with(&config::PoolSettings::idle_in_transaction_timeout, Milliseconds(5000)));
  auto& ann = play.log_in();
  BOOST_TEST(ann.send(parse("", "SELECT 1") + flush()).hears() == "1");
  play.pass(milliseconds(5100));
  BOOST_TEST(ann.hears() == kIdleTransaction);
}

BOOST_AUTO_TEST_CASE(a_transaction_has_its_time_at_work_or_not) {
  Play play(with(&config::PoolSettings::transaction_timeout, Milliseconds(5000)));
  auto& ann = play.log_in();
  (void)ann.ask("BEGIN");
  play.pass(seconds(3));
  ann.send(query("SLEEP 1"));
  play.pass(milliseconds(2100));
  BOOST_TEST(ann.hears() == "E(FATAL 25P04 terminating connection due to transaction timeout)");
  BOOST_TEST(play.pool().ledger().counts().idle == 1U);
}

BOOST_AUTO_TEST_CASE(a_pinned_client_between_transactions_is_in_none) {
  auto settings = with(&config::PoolSettings::transaction_timeout, Milliseconds(5000));
  pool_of(settings).idle_in_transaction_timeout = Milliseconds(5000);
  Play play(settings);
  auto& ann = play.log_in();
  (void)ann.ask("LISTEN news");
  play.pass(seconds(60));
  BOOST_TEST(ann.ask("SELECT 1") == "T D(1) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(a_session_of_session_mode_has_the_time_of_each_transaction_anew) {
  auto settings = with(&config::PoolSettings::transaction_timeout, Milliseconds(5000));
  pool_of(settings).mode = config::PoolMode::Session;
  Play play(settings);
  auto& ann = play.log_in();
  play.pass(seconds(60));
  BOOST_TEST(ann.ask("BEGIN") == "C(BEGIN) Z(T)");
  play.pass(seconds(4));
  BOOST_TEST(ann.ask("SELECT 1") == "T D(1) C(SELECT 1) Z(T)");
  play.pass(seconds(2));
  BOOST_TEST(ann.hears() == "E(FATAL 25P04 terminating connection due to transaction timeout)");
}

BOOST_AUTO_TEST_CASE(an_idle_client_is_told_and_closed) {
  auto settings = one_pool(1);
  settings.client.idle_timeout = Milliseconds(5000);
  Play play(settings);
  auto& ann = play.log_in();
  play.pass(seconds(4));
  BOOST_TEST(ann.ask("SELECT 1") == "T D(1) C(SELECT 1) Z(I)");
  play.pass(milliseconds(4900));
  BOOST_TEST(!ann.is_closed());
  play.pass(milliseconds(200));
  BOOST_TEST(ann.hears() == "E(FATAL 57P05 terminating connection due to idle-session timeout)");
}

BOOST_AUTO_TEST_CASE(an_open_transaction_is_not_an_idle_client) {
  auto settings = one_pool(1);
  settings.client.idle_timeout = Milliseconds(5000);
  Play play(settings);
  auto& ann = play.log_in();
  (void)ann.ask("BEGIN");
  play.pass(seconds(60));
  BOOST_TEST(ann.ask("COMMIT") == "C(COMMIT) Z(I)");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
