#include "daemon/worker/loop_watch.h"

#include <boost/test/unit_test.hpp>

#include "tests/support/play/manual_loop.h"

namespace howdah::worker {

namespace {

using Numbers = std::vector<std::size_t>;

struct Fixture {
  tests::ManualLoop first;
  tests::ManualLoop second;
  LoopWatch watch{{&first, &second}};

  static void turn(tests::ManualLoop& loop) {
    loop.turn([] {});
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(loop_watch, Fixture)

BOOST_AUTO_TEST_CASE(loops_that_turn_are_not_silent) {
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(watch.ask().empty());
    turn(first);
    turn(second);
  }
}

BOOST_AUTO_TEST_CASE(one_that_does_not_turn_is_silent_until_it_does) {
  BOOST_TEST(watch.ask().empty());
  turn(first);
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST((watch.ask() == Numbers{1}));
    turn(first);
  }
  turn(second);
  BOOST_TEST(watch.ask().empty());
}

BOOST_AUTO_TEST_CASE(a_silent_one_is_asked_once) {
  std::ignore = watch.ask();
  std::ignore = watch.ask();
  turn(first);
  turn(second);
  BOOST_TEST(!first.has_letters());
  BOOST_TEST(watch.ask().empty());
  BOOST_TEST((watch.ask() == Numbers{0, 1}));
}

BOOST_AUTO_TEST_CASE(an_answer_may_come_when_nobody_asks_any_more) {
  {
    LoopWatch other{{&first}};
    std::ignore = other.ask();
  }
  turn(first);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::worker
