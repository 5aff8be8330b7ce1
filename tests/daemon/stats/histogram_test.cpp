// Percentiles out of buckets.
#include "daemon/stats/histogram.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <random>
#include <vector>

namespace howdah::tests {

namespace {

using stats::Histogram;
using Duration = Histogram::Duration;

constexpr double kMostError = 0.016;

// The same as the histogram says, from all values.
std::int64_t true_quantile(std::vector<std::int64_t> values, double share) {
  std::ranges::sort(values);
  const auto rank = std::max(std::ceil(share * static_cast<double>(values.size())), 1.0);
  return values[static_cast<std::size_t>(rank) - 1];
}

}  // namespace

BOOST_AUTO_TEST_SUITE(histogram)

BOOST_AUTO_TEST_CASE(each_duration_comes_back_within_two_percent) {
  for (std::int64_t value = 0; value < Histogram::longest().count(); value += 1 + value / 97) {
    Histogram histogram;
    histogram.record(Duration(value));
    const auto found = histogram.quantile(0.5).count();
    BOOST_TEST_REQUIRE(std::abs(found - value) <= std::ceil(kMostError * static_cast<double>(value)), value);
    BOOST_TEST_REQUIRE(histogram.sum() == Duration(value));
  }
}

BOOST_AUTO_TEST_CASE(percentiles_of_random_durations_are_within_two_percent) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> durations(8.0, 2.5);
  std::vector<std::int64_t> values(20'000);
  Histogram histogram;
  for (auto& value : values) {
    value = static_cast<std::int64_t>(durations(random));
    histogram.record(Duration(value));
  }
  for (const double share : {0.0, 0.01, 0.5, 0.95, 0.99, 0.999, 1.0}) {
    const auto expected = static_cast<double>(true_quantile(values, share));
    BOOST_TEST(std::abs(static_cast<double>(histogram.quantile(share).count()) - expected) <=
               kMostError * expected + 1);
  }
}

BOOST_AUTO_TEST_CASE(parts_add_up_and_an_older_one_can_be_taken_away) {
  Histogram first;
  for (int i = 0; i < 100; ++i) first.record(Duration(10));
  const Histogram older = first;
  Histogram other;
  for (int i = 0; i < 100; ++i) other.record(Duration(1'000'000));
  first.add(other);
  BOOST_TEST(first.count() == 200U);
  BOOST_TEST(first.quantile(0.5) == Duration(10));
  const auto since = first.since(older);
  BOOST_TEST(since.count() == 100U);
  BOOST_TEST(since.sum() == other.sum());
  BOOST_TEST(since.quantile(0.01) == other.quantile(0.5));
  BOOST_TEST(first.count_up_to(Duration(10)) == 100U);
  BOOST_TEST(first.count_up_to(Duration(9)) == 0U);
  BOOST_TEST(first.count_up_to(Histogram::longest()) == 200U);
}

BOOST_AUTO_TEST_CASE(what_is_out_of_range_counts_at_its_end) {
  Histogram histogram;
  BOOST_TEST(histogram.quantile(0.99) == Duration(0));
  histogram.record(Duration(-5));
  histogram.record(std::chrono::hours(1000));
  BOOST_TEST(histogram.quantile(0.1) == Duration(0));
  BOOST_TEST(histogram.quantile(1) > std::chrono::hours(18));
  BOOST_TEST(histogram.sum() == Histogram::longest());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
