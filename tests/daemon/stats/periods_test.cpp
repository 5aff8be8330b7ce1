#include "daemon/stats/periods.h"

#include <boost/test/unit_test.hpp>

namespace howdah::stats {

namespace {

Snapshot at(int seconds, std::uint64_t transactions) {
  Snapshot snapshot;
  snapshot.started_at = WallTime(std::chrono::seconds(100));
  snapshot.taken_at = WallTime(std::chrono::seconds(seconds));
  auto& pool = snapshot.pools.emplace_back();
  pool.database = "shop";
  pool.totals.transactions = transactions;
  return snapshot;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(periods_of_totals)

BOOST_AUTO_TEST_CASE(the_last_full_one_is_told_with_both_its_ends) {
  Periods periods;
  BOOST_TEST((periods.last() == nullptr));
  periods.take(at(160, 5));
  BOOST_TEST((periods.last()->length == std::chrono::seconds(60)));
  BOOST_TEST(periods.last()->begin.empty());
  BOOST_TEST(periods.last()->end[0].totals.transactions == 5u);
  periods.take(at(170, 7));
  BOOST_TEST((periods.last()->length == std::chrono::seconds(10)));
  BOOST_TEST(periods.last()->begin[0].totals.transactions == 5u);
  BOOST_TEST(periods.last()->end[0].totals.transactions == 7u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::stats
