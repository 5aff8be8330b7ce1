// A BEGIN that takes no server before the first statement behind it.
#include <boost/test/unit_test.hpp>

#include "protocol/sqlstate.h"
#include "tests/support/play/play.h"

namespace howdah::tests {

namespace {

using std::chrono::milliseconds;

config::Settings deferring(int max_size = 1) {
  auto settings = one_pool(max_size);
  pool_of(settings).defer_begin = true;
  return settings;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_begin)

BOOST_AUTO_TEST_CASE(it_goes_in_front_of_the_first_statement_and_is_answered_once) {
  Play play(deferring());
  auto& ann = play.log_in();
  BOOST_TEST(ann.ask("BEGIN") == "C(BEGIN) Z(T)");
  BOOST_TEST(play.pool().ledger().counts().idle == 1U);
  BOOST_TEST(play.server_heard(1) == "");
  BOOST_TEST(ann.ask("SELECT 1") == "T D(1) C(SELECT 1) Z(T)");
  BOOST_TEST(play.server_heard(1) == "Q(BEGIN) Q(SELECT 1)");
  BOOST_TEST(ann.ask("COMMIT") == "C(COMMIT) Z(I)");
  BOOST_TEST(play.pool().ledger().counts().idle == 1U);
}

BOOST_AUTO_TEST_CASE(a_begin_and_its_end_alone_never_reach_a_server) {
  Play play(deferring());
  auto& ann = play.log_in();
  BOOST_TEST(ann.ask("BEGIN") == "C(BEGIN) Z(T)");
  BOOST_TEST(ann.ask("COMMIT") == "C(COMMIT) Z(I)");
  BOOST_TEST(ann.send(query("BEGIN") + query("ROLLBACK")).hears() == "C(BEGIN) Z(T) C(ROLLBACK) Z(I)");
  BOOST_TEST(play.server_heard(1) == "");
}

// What is a blank to some versions of PostgreSQL only is for the server to judge.
BOOST_AUTO_TEST_CASE(what_a_server_might_refuse_is_not_answered_for_it) {
  for (const auto* text : {"BEGIN\v", "BEGIN \v", "\vBEGIN", "BEGINS", "BE", "B", "BEGIN AND CHAIN"}) {
    Play play(deferring());
    auto& ann = play.log_in();
    (void)ann.ask(text);
    BOOST_TEST(play.server_heard(1) == "Q(" + std::string(text) + ")");
  }
}

BOOST_AUTO_TEST_CASE(it_works_for_the_extended_protocol_and_in_one_write) {
  Play play(deferring());
  auto& ann = play.log_in();
  ann.send(query("BEGIN") + statement("SELECT 1") + sync() + query("COMMIT"));
  BOOST_TEST(ann.hears() == "C(BEGIN) Z(T) 1 2 D(1) C(SELECT 1) Z(T) C(COMMIT) Z(I)");
  BOOST_TEST(play.pool().ledger().counts().idle == 1U);
}

BOOST_AUTO_TEST_CASE(after_a_while_it_goes_to_a_server_by_itself) {
  Play play(deferring());
  auto& ann = play.log_in();
  (void)ann.ask("BEGIN");
  play.pass(milliseconds(100));
  BOOST_TEST(play.server_heard(1) == "Q(BEGIN)");
  BOOST_TEST(play.pool().ledger().counts().idle == 0U);
  BOOST_TEST(ann.hears() == "");
  BOOST_TEST(ann.ask("SELECT 1") == "T D(1) C(SELECT 1) Z(T)");
}

BOOST_AUTO_TEST_CASE(a_statement_that_gets_no_server_fails_the_transaction) {
  auto settings = deferring();
  pool_of(settings).acquire_timeout = config::Milliseconds(1000);
  Play play(settings);
  auto& holder = play.log_in();
  auto& ann = play.log_in();
  holder.send(query("BEGIN") + query("SELECT 1"));
  (void)ann.ask("BEGIN");
  ann.send(query("SELECT 1"));
  play.pass(milliseconds(1200));
  BOOST_TEST(ann.hears() == "E(53300 no server connection became free within 1000 ms) Z(E)");
  holder.send(query("COMMIT"));
  BOOST_TEST(ann.ask("SELECT 1") ==
             "E(25P02 current transaction is aborted, commands ignored until end of transaction block) Z(E)");
  BOOST_TEST(ann.ask("COMMIT") == "C(ROLLBACK) Z(I)");
  BOOST_TEST(ann.ask("SELECT 1") == "T D(1) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(a_statement_that_comes_while_the_begin_waits_is_not_forgotten_when_that_is_refused) {
  auto settings = deferring();
  pool_of(settings).acquire_timeout = config::Milliseconds(1000);
  Play play(settings);
  auto& holder = play.log_in();
  auto& ann = play.log_in();
  holder.send(query("BEGIN") + query("SELECT 1"));
  (void)ann.ask("BEGIN");
  play.pass(milliseconds(100));
  ann.send(query("SELECT 1"));
  play.pass(milliseconds(1000));
  BOOST_TEST(ann.hears() == "");  // it asks in its own right, with a time of its own
  holder.send(query("COMMIT"));
  BOOST_TEST(ann.hears() == "T D(1) C(SELECT 1) Z(T)");
}

BOOST_AUTO_TEST_CASE(a_refused_statement_that_is_still_coming_is_dropped_to_its_end) {
  Play play(deferring());
  auto& holder = play.log_in();
  auto& ann = play.log_in();
  holder.send(query("BEGIN") + query("SELECT 1"));
  (void)ann.ask("BEGIN");
  const auto statement = query("SELECT " + std::string(100'000, 'x'));
  ann.send(statement.substr(0, 50'000));
  ann.cancel();
  BOOST_TEST(ann.hears() == "E(57014 canceling statement due to user request)");
  play.pass(milliseconds(100));
  ann.send(statement.substr(50'000));
  BOOST_TEST(ann.hears() == "Z(E)");
  (void)holder.ask("COMMIT");
  play.pass(milliseconds(100));
  BOOST_TEST(ann.ask("ROLLBACK") == "C(ROLLBACK) Z(I)");
}

BOOST_AUTO_TEST_CASE(a_client_lost_behind_its_begin_leaves_nothing) {
  Play play(deferring());
  auto& ann = play.log_in();
  (void)ann.ask("BEGIN");
  ann.reset();
  play.pass(milliseconds(100));
  BOOST_TEST(play.server_heard(1) == "");
  BOOST_TEST(play.pool().ledger().counts().idle == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
