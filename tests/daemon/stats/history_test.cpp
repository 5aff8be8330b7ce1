// What changed, from samples.
#include "daemon/stats/history.h"

#include <boost/test/unit_test.hpp>

#include "tests/daemon/stats/fake_source.h"

namespace howdah::stats {

namespace {

using std::chrono_literals::operator""s;

struct Fixture {
  tests::FakeSource source;
  History history;
  PoolSnapshot& pool = source.state.pools[0];

  // One sample, so long after the last one.
  void pass(std::chrono::seconds time = 2s) {
    source.state.taken_at += time;
    history.add(source.state);
  }
  const PoolHistory& of_pool() const { return *history.of("app", "ann"); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stats_history, Fixture)

BOOST_AUTO_TEST_CASE(the_first_sample_tells_of_nothing_and_the_second_one_of_what_came_between) {
  pass();
  BOOST_TEST(of_pool().points().empty());
  BOOST_TEST(of_pool().recent().seconds == 0.0);
  pool.totals.transactions += 30;
  pool.totals.errors_sent += 5;
  pool.clients_waiting = 7;
  pass(10s);
  BOOST_REQUIRE(of_pool().points().size() == 1U);
  const auto& point = of_pool().points().back();
  BOOST_TEST(point.seconds == 10.0);
  BOOST_TEST(point.transactions_per_second == 3.0);
  BOOST_TEST(point.errors_per_second == 0.5);
  BOOST_TEST(point.clients_waiting == 7);
  BOOST_TEST(of_pool().recent().totals.transactions == 30U);
  BOOST_TEST(of_pool().recent().seconds == 10.0);
}

BOOST_AUTO_TEST_CASE(percentiles_are_those_of_the_time_not_those_since_the_start) {
  for (int i = 0; i < 1000; ++i) pool.times.wait.record(Microseconds(10));
  pass();
  for (int i = 0; i < 100; ++i) pool.times.wait.record(Microseconds(1'000'000));
  pass();
  const auto& wait = of_pool().points().back().wait;
  BOOST_TEST(wait.count == 100U);
  BOOST_TEST(wait.p50 > Microseconds(980'000));
  BOOST_TEST(wait.p50 < Microseconds(1'020'000));
  pass();
  BOOST_TEST(of_pool().points().back().wait.count == 0U);
  BOOST_TEST(of_pool().recent().wait.count == 100U);
  BOOST_TEST(of_pool().recent().wait.p99 > Microseconds(980'000));
}

BOOST_AUTO_TEST_CASE(what_is_older_than_the_window_is_forgotten) {
  pass();
  pool.totals.transactions += 1000;
  pool.errors["23505"] = 3;
  for (int i = 0; i < 400; ++i) pass();
  BOOST_TEST(of_pool().points().size() <= History::kMostPoints);
  BOOST_TEST((source.state.taken_at - of_pool().points().front().at <= History::kWindow));
  const auto recent = of_pool().recent();
  BOOST_TEST(recent.totals.transactions == 0U);
  BOOST_TEST(recent.errors.empty());
  BOOST_TEST(recent.seconds >= 300.0);
  BOOST_TEST(recent.seconds <= 332.0);
}

BOOST_AUTO_TEST_CASE(counts_by_name_are_those_that_grew) {
  pool.errors = {{"23505", 3}, {"40001", 1}};
  pass();
  pool.errors = {{"23505", 5}, {"40001", 1}, {"57014", 2}};
  pass();
  const NamedCounts expected{{"23505", 2}, {"57014", 2}};
  BOOST_TEST((of_pool().recent().errors == expected));
}

BOOST_AUTO_TEST_CASE(a_pool_that_was_made_anew_counts_from_zero) {
  pool.totals.transactions = 1'000'000;
  pass();
  pool.totals.transactions = 20;
  pass(10s);
  BOOST_TEST(of_pool().points().back().transactions_per_second == 2.0);
}

BOOST_AUTO_TEST_CASE(all_pools_together_have_a_history_too) {
  source.state.pools.push_back(tests::FakeSource::pool("shop", "bob"));
  pass();
  for (auto& one : source.state.pools) one.totals.transactions += 10;
  pass(10s);
  BOOST_TEST(history.of_all().points().back().transactions_per_second == 2.0);
  BOOST_TEST(history.of_all().points().back().clients_waiting == 2);
}

BOOST_AUTO_TEST_CASE(the_busiest_pools_are_kept) {
  source.state.pools.clear();
  for (std::size_t i = 0; i < History::kMostPools + 20; ++i) {
    source.state.pools.push_back(tests::FakeSource::pool("d" + std::to_string(i), "u"));
  }
  source.state.pools.back().totals.transactions = 1'000'000;
  pass();
  pass();
  const auto is_kept = [this](const PoolSnapshot& one) { return history.of(one.database, one.user) != nullptr; };
  BOOST_TEST(static_cast<std::size_t>(std::ranges::count_if(source.state.pools, is_kept)) == History::kMostPools);
  BOOST_TEST(is_kept(source.state.pools.back()));
  source.state.pools.resize(1);
  pass();
  BOOST_TEST(history.of("d1", "u") == nullptr);
}

BOOST_AUTO_TEST_CASE(a_stuck_worker_and_a_clock_that_is_set_back_are_no_samples) {
  pass();
  pass();
  source.state.is_stuck = true;
  pass();
  BOOST_TEST(of_pool().points().size() == 1U);
  source.state.is_stuck = false;
  pass(-10s);
  BOOST_TEST(of_pool().points().size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::stats
