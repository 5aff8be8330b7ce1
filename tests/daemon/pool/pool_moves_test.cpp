// Two processes with the same pools, while one takes the place of the other: how many connections each may have.
#include <boost/test/unit_test.hpp>

#include "tests/support/play/play.h"

namespace howdah::tests {

namespace {

const std::string kAnswer = "T D(1) C(SELECT 1) Z(I)";

std::size_t connections(Play& play) {
  return play.pool().ledger().counts().connections();
}

pool::LedgerDirectory& ledgers(Play& play) {
  return play.ledgers();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pool_moves)

BOOST_AUTO_TEST_CASE(connections_elsewhere_count_against_max_size) {
  Play play(one_pool(2));
  play.pool().ledger().set_elsewhere(1);
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  (void)ann.ask("BEGIN");
  BOOST_TEST(bob.ask("SELECT 1") == "");
  BOOST_TEST(connections(play) == 1U);
  play.pool().ledger().set_elsewhere(0);
  play.run();
  BOOST_TEST(bob.hears() == kAnswer);
  BOOST_TEST(connections(play) == 2U);
}

BOOST_AUTO_TEST_CASE(nothing_grows_before_it_may_and_then_as_far_as_the_other_has_told) {
  Play play(one_pool(2));
  ledgers(play).hold_growth();
  auto& ann = play.start_log_in();
  BOOST_TEST(connections(play) == 0U);
  ledgers(play).set_elsewhere({.database = "shop", .user = "app"}, 2);
  ledgers(play).begin_growing();
  play.run();
  BOOST_TEST(connections(play) == 0U);
  ledgers(play).set_elsewhere({.database = "shop", .user = "app"}, 1);
  play.run();
  BOOST_TEST(connections(play) == 1U);
  BOOST_TEST(ann.hears().ends_with("Z(I)"));
  ledgers(play).forget_elsewhere();
}

BOOST_AUTO_TEST_CASE(a_pool_that_gives_way_closes_what_nobody_uses_and_makes_no_more) {
  Play play(one_pool(3));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  (void)ann.ask("BEGIN");
  (void)bob.ask("SELECT 1");
  BOOST_TEST(connections(play) == 2U);
  ledgers(play).give_way();
  play.run();
  BOOST_TEST(connections(play) == 1U);
  auto& carl = play.log_in();
  BOOST_TEST(carl.ask("SELECT 1") == "");
  BOOST_TEST(connections(play) == 1U);
  (void)ann.ask("COMMIT");
  BOOST_TEST(carl.hears() == kAnswer);
  BOOST_TEST(connections(play) == 0U);
  BOOST_TEST(bob.ask("BEGIN") == "C(BEGIN) Z(T)");
  BOOST_TEST(connections(play) == 1U);
  (void)bob.ask("COMMIT");
  BOOST_TEST(connections(play) == 0U);
  ledgers(play).end_giving_way();
  BOOST_TEST(carl.ask("SELECT 1") == kAnswer);
  BOOST_TEST(connections(play) == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_told_to_the_other_has_room_for_who_waits) {
  Play play(one_pool(3));
  play.are_logins_automatic = false;
  (void)play.pool();
  const auto held = [&] { return ledgers(play).held_connections().at(0).connections; };
  BOOST_TEST(held() == 0U);
  ledgers(play).give_way();
  ledgers(play).set_elsewhere({.database = "shop", .user = "app"}, 3);
  (void)play.start_log_in();
  BOOST_TEST(held() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
