// How many servers of a pool clients may keep.
#include <boost/test/unit_test.hpp>

#include "tests/support/play/play.h"

namespace howdah::tests {

namespace {

config::Settings pool_that_keeps(int max_pinned) {
  auto settings = one_pool(3);
  pool_of(settings).state.max_pinned = max_pinned;
  pool_of(settings).state.listen = config::ListenPolicy::Pin;
  return settings;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_pins)

BOOST_AUTO_TEST_CASE(one_pin_too_many_ends_its_client_behind_the_answer) {
  Play play(pool_that_keeps(1));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  BOOST_TEST(ann.ask("LISTEN a") == "C(LISTEN) Z(I)");
  BOOST_TEST(ann.ask("LISTEN b") == "C(LISTEN) Z(I)");
  BOOST_TEST(bob.ask("LISTEN a") ==
             "C(LISTEN) Z(I) E(FATAL 53400 too many server connections of this pool are kept by their clients)");
  BOOST_TEST(bob.is_closed());
  BOOST_TEST(play.pool().ledger().pinned_count() == 1);
  BOOST_TEST(play.pool().totals().pins_refused == 1U);
  BOOST_TEST(play.pool().ledger().counts().idle == play.pool().ledger().counts().servers - 1);
}

BOOST_AUTO_TEST_CASE(who_lets_go_makes_room) {
  for (const std::string way : {"discard", "leave", "vanish", "reset"}) {
    Play play(pool_that_keeps(1));
    auto& ann = play.log_in();
    auto& bob = play.log_in();
    (void)ann.ask("LISTEN a");
    if (way == "discard") (void)ann.ask("DISCARD ALL");
    if (way == "leave") ann.send(terminate());
    if (way == "vanish") ann.vanish();
    if (way == "reset") ann.reset();
    play.run();
    BOOST_TEST(play.pool().ledger().pinned_count() == 0, way);
    BOOST_TEST(bob.ask("LISTEN a") == "C(LISTEN) Z(I)", way);
  }
}

BOOST_AUTO_TEST_CASE(without_a_limit_all_may_be_kept) {
  Play play(pool_that_keeps(0));
  for (int i = 0; i < 3; ++i) BOOST_TEST(play.log_in().ask("LISTEN a") == "C(LISTEN) Z(I)");
  BOOST_TEST(play.pool().ledger().pinned_count() == 3);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
