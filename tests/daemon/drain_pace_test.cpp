#include "daemon/drain_pace.h"

#include <boost/test/unit_test.hpp>

namespace howdah {

namespace {

// All that the pace allows in so many intervals, where enough are there.
std::size_t told(DrainPace& pace, int intervals) {
  std::size_t all = 0;
  for (int i = 0; i < intervals; ++i) {
    const auto count = pace.next();
    pace.use(count);
    all += count;
  }
  return all;
}

constexpr int kOneSecond = 20;  // in intervals

}  // namespace

BOOST_AUTO_TEST_SUITE(drain_pace)

BOOST_AUTO_TEST_CASE(so_many_per_second_whatever_the_rate) {
  for (const double rate : {0.5, 4.0, 16.0, 1000.0}) {
    DrainPace pace(rate);
    const auto count = static_cast<double>(told(pace, 10 * kOneSecond));
    BOOST_TEST(count <= 10 * rate);
    BOOST_TEST(count >= 10 * rate - 1);
  }
}

BOOST_AUTO_TEST_CASE(without_a_rate_all_at_once) {
  DrainPace pace(0);
  BOOST_TEST(!pace.is_bounded());
  BOOST_TEST(pace.next() > 1'000'000'000U);
}

BOOST_AUTO_TEST_CASE(what_nobody_used_is_not_kept_for_who_comes_later) {
  DrainPace pace(100);
  for (int i = 0; i < 10 * kOneSecond; ++i) {
    BOOST_TEST(pace.next() <= 5U);
    pace.use(0);
  }
  BOOST_TEST(pace.next() <= 5U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah
