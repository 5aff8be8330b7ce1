// What an administrator orders of a pool: pause, resume, connect anew, other sizes.
#include <boost/test/unit_test.hpp>

#include "tests/support/play/play.h"

namespace howdah::tests {

namespace {

const std::string kAnswer = "T D(1) C(SELECT 1) Z(I)";

config::Settings on_two_workers(int max_size) {
  auto settings = one_pool(max_size);
  settings.workers = 2;
  return settings;
}

config::PoolSettings sized(int max_size) {
  auto settings = one_pool(max_size);
  return pool_of(settings);
}

std::size_t connections(Play& play) {
  return play.pool().ledger().counts().connections();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pool_orders)

BOOST_AUTO_TEST_CASE(a_paused_pool_has_no_servers_and_requests_wait) {
  Play play(one_pool(2));
  auto& ann = play.log_in();
  BOOST_TEST(ann.ask("SELECT 1") == kAnswer);
  play.pool().ledger().pause();
  play.run();
  BOOST_TEST(connections(play) == 0U);
  BOOST_TEST(ann.ask("SELECT 1") == "");
  BOOST_TEST(connections(play) == 0U);
  play.pool().ledger().resume();
  play.run();
  BOOST_TEST(ann.hears() == kAnswer);
}

BOOST_AUTO_TEST_CASE(a_server_in_use_is_closed_when_it_is_free_and_nobody_gets_it) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  (void)ann.ask("BEGIN");
  (void)bob.ask("SELECT 1");
  play.pool().ledger().pause();
  BOOST_TEST(ann.ask("SELECT 1") == "T D(1) C(SELECT 1) Z(T)");
  BOOST_TEST(connections(play) == 1U);
  (void)ann.ask("COMMIT");
  BOOST_TEST(connections(play) == 0U);
  BOOST_TEST(bob.hears() == "");
  play.pool().ledger().resume();
  play.run();
  BOOST_TEST(bob.hears() == kAnswer);
}

BOOST_AUTO_TEST_CASE(a_server_that_was_being_made_is_closed_when_the_pause_finds_it) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  play.script(1).die();
  play.run();
  play.are_logins_automatic = false;
  (void)ann.ask("SELECT 1");
  BOOST_TEST(play.pool().ledger().counts().logging_in == 1U);
  play.pool().ledger().pause();
  play.backend.complete_login();
  play.are_logins_automatic = true;
  play.run();
  BOOST_TEST(connections(play) == 0U);
  BOOST_TEST(ann.hears() == "");
}

BOOST_AUTO_TEST_CASE(a_server_on_its_way_to_another_worker_is_closed_too) {
  Play play(on_two_workers(1));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  BOOST_TEST(ann.ask("SELECT 1") == kAnswer);
  play.is_held = true;
  bob.send(query("SELECT 1"));
  play.is_held = false;
  play.pool().ledger().pause();
  play.run();
  BOOST_TEST(connections(play) == 0U);
  play.pool().ledger().resume();
  play.run();
  BOOST_TEST(bob.hears() == kAnswer);
}

BOOST_AUTO_TEST_CASE(an_order_to_connect_anew_closes_each_server_when_it_is_free) {
  Play play(one_pool(2));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  (void)ann.ask("BEGIN");
  (void)bob.ask("SELECT 1");
  auto& ledger = play.pool().ledger();
  BOOST_TEST(ledger.counts().servers == 2U);
  ledger.reconnect();
  BOOST_TEST(ledger.outdated_count() == 2U);
  play.run();
  BOOST_TEST(ledger.outdated_count() == 1U);
  BOOST_TEST(ann.ask("SELECT 1") == "T D(1) C(SELECT 1) Z(T)");
  (void)ann.ask("COMMIT");
  BOOST_TEST(ledger.outdated_count() == 0U);
  BOOST_TEST(ann.ask("SELECT 1") == kAnswer);
  BOOST_TEST(ledger.outdated_count() == 0U);
}

BOOST_AUTO_TEST_CASE(a_log_in_under_way_is_outdated_whether_it_fails_or_not) {
  for (const bool fails : {false, true}) {
    Play play(one_pool(1));
    auto& ann = play.log_in();
    play.script(1).die();
    play.run();
    play.are_logins_automatic = false;
    (void)ann.ask("SELECT 1");
    auto& ledger = play.pool().ledger();
    ledger.reconnect();
    BOOST_TEST(ledger.outdated_count() == 1U);
    if (fails) {
      play.backend.fail_login(protocol::make_error(protocol::Severity::Fatal, "57P03", "starting up"));
    } else {
      play.backend.complete_login();
    }
    BOOST_TEST(ledger.outdated_count() == 0U);
    play.are_logins_automatic = true;
    play.pass(std::chrono::seconds(1));
    BOOST_TEST(ann.hears() == kAnswer);
    BOOST_TEST(ledger.outdated_count() == 0U);
  }
}

BOOST_AUTO_TEST_CASE(who_waits_gets_a_server_when_the_pool_grows) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  (void)ann.ask("BEGIN");
  BOOST_TEST(bob.ask("SELECT 1") == "");
  play.pool().adopt(sized(2), play.pool().target());
  play.run();
  BOOST_TEST(bob.hears() == kAnswer);
}

BOOST_AUTO_TEST_CASE(a_pool_that_shrinks_closes_idle_servers_and_then_those_that_get_free) {
  Play play(one_pool(3));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  auto& eve = play.log_in();
  (void)ann.ask("BEGIN");
  (void)bob.ask("BEGIN");
  (void)eve.ask("SELECT 1");
  play.is_max_size_lowered = true;
  play.pool().adopt(sized(1), play.pool().target());
  play.run();
  BOOST_TEST(connections(play) == 2U);
  BOOST_TEST(eve.ask("SELECT 1") == "");
  (void)ann.ask("COMMIT");
  BOOST_TEST(connections(play) == 1U);
  BOOST_TEST(eve.hears() == "");
  (void)bob.ask("COMMIT");
  BOOST_TEST(eve.hears() == kAnswer);
  BOOST_TEST(connections(play) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ledger_directory_orders)

BOOST_AUTO_TEST_CASE(a_pause_of_all_holds_for_pools_made_later) {
  pool::LedgerDirectory directory;
  auto& before = directory.ledger({"shop", "app"}, {}, "shop");
  directory.pause("");
  auto& after = directory.ledger({"other", "app"}, {}, "other");
  BOOST_TEST(before.is_paused());
  BOOST_TEST(after.is_paused());
  BOOST_TEST(!directory.resume("shop"));
  BOOST_TEST(before.is_paused());
  BOOST_TEST(directory.resume(""));
  BOOST_TEST(!before.is_paused());
  BOOST_TEST(!after.is_paused());
  BOOST_TEST(!directory.resume(""));
}

BOOST_AUTO_TEST_CASE(a_pause_of_one_database_is_its_own) {
  pool::LedgerDirectory directory;
  auto& shop = directory.ledger({"shop", "app"}, {}, "shop");
  auto& other = directory.ledger({"other", "app"}, {}, "other");
  directory.pause("shop");
  BOOST_TEST(shop.is_paused());
  BOOST_TEST(!other.is_paused());
  BOOST_TEST(directory.ledger({"shop", "bob"}, {}, "shop").is_paused());
  BOOST_TEST(!directory.resume("other"));
  BOOST_TEST(directory.resume("shop"));
  BOOST_TEST(!shop.is_paused());
  directory.set_disabled("shop", true);
  BOOST_TEST(directory.is_disabled("shop"));
  BOOST_TEST(!directory.is_disabled("other"));
  directory.set_disabled("shop", false);
  BOOST_TEST(!directory.is_disabled("shop"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
