// Advice from loads whose figures are computed beforehand.
#include "daemon/stats/advice.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

namespace howdah::stats {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// One pool that goes on and on in the same way; each second adds what it says.
struct SteadyLoad {
  PoolSnapshot pool = [] {
    PoolSnapshot made;
    made.database = "shop";
    made.user = "app";
    made.settings.max_size = 4;
    made.settings.min_size = 0;
    return made;
  }();
  std::uint64_t transactions = 0;  // of each second
  Microseconds leased{};
  Microseconds queried{};
  Microseconds wait{};  // of each transaction
  std::uint64_t descriptors = 0;
  LoadHistory history = {};
  Snapshot snapshot = {};

  void look() {
    snapshot.pools = {pool};
    history.observe(snapshot);
  }

  void go_on(int count) {
    if (snapshot.pools.empty()) look();
    for (int second = 1; second <= count; ++second) {
      snapshot.taken_at += seconds(1);
      pool.totals.transactions += transactions;
      pool.totals.lease_time += leased;
      pool.totals.query_time += queried;
      for (std::uint64_t one = 0; one < transactions && wait.count() > 0; ++one) {
        pool.times.wait.record(wait);
        pool.totals.wait_time += wait;
      }
      if (second % 10 == 0) look();
    }
  }

  [[nodiscard]] std::vector<Advice> advice() const { return make_advice(snapshot, history, descriptors); }
  [[nodiscard]] std::string said(std::string_view kind) const {
    for (const auto& one : advice()) {
      if (one.kind == kind) return one.about + ": " + one.text + "; " + one.figures;
    }
    return "";
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(advice)

// 40 transactions a second of 100 ms keep 4 servers busy; each waits 200 ms: 12 clients in all.
BOOST_AUTO_TEST_CASE(a_pool_that_is_too_small_is_told_the_size_by_littles_law) {
  SteadyLoad load{.transactions = 40, .leased = seconds(4), .queried = seconds(4), .wait = milliseconds(200)};
  load.go_on(120);
  const auto said = load.said("pool size");
  BOOST_TEST(said.starts_with("pool shop/app: raise max_size from 4 to 12"), said);
  BOOST_TEST(said.contains("in the last 2 min up to 12.0 clients"), said);
  BOOST_TEST(said.contains("4800 transactions, 100.00 ms of a server each"), said);
  BOOST_TEST(load.advice().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_transaction_longer_than_the_look_counts_while_it_lasts) {
  SteadyLoad load;
  load.pool.settings.max_size = 2;
  load.look();
  for (int look = 1; look <= 12; ++look) {  // 3 clients, two of them have servers for two minutes
    load.pool.held_so_far += 2 * seconds(10);
    load.pool.waited_so_far += seconds(10);
    load.pool.times.wait.record(seconds(1));
    load.snapshot.taken_at += seconds(10);
    load.look();
  }
  BOOST_TEST(load.said("pool size").contains("from 2 to 3"), load.said("pool size"));
}

BOOST_AUTO_TEST_CASE(what_is_larger_than_it_is_used_is_told_after_some_time_only) {
  SteadyLoad load{.transactions = 10, .leased = milliseconds(500), .queried = milliseconds(500)};
  load.pool.settings.max_size = 20;
  load.pool.settings.min_size = 10;
  load.go_on(300);
  BOOST_TEST(load.advice().empty());
  load.go_on(400);
  BOOST_TEST(load.said("pool size").contains("max_size 20 could be 2"), load.said("pool size"));
  BOOST_TEST(load.said("unused minimum").contains("min_size 10 keeps connections open that nobody uses; 1 would do"));
}

BOOST_AUTO_TEST_CASE(clients_that_keep_servers_idle_are_told_of) {
  SteadyLoad load{.transactions = 1, .leased = seconds(2), .queried = milliseconds(500)};
  load.go_on(100);
  const auto said = load.said("idle in transaction");
  BOOST_TEST(said.contains("held for 200.0 s in all, and asked nothing for 150.0 s of them (75 %)"), said);
}

BOOST_AUTO_TEST_CASE(time_limits_that_fire_are_counted) {
  SteadyLoad load;
  load.look();
  load.pool.totals.acquire_timeouts = 7;
  load.pool.disconnects["query timeout"] = 2;
  load.pool.disconnects["closed by the client"] = 50;
  load.go_on(20);
  const auto said = load.said("time limits");
  BOOST_TEST(said.contains("7 waited for a server in vain (acquire_timeout), 2 were disconnected by the query timeout"),
             said);
  BOOST_TEST(!said.contains("50"));
}

BOOST_AUTO_TEST_CASE(the_pin_that_costs_most_is_named) {
  SteadyLoad load;
  load.look();
  load.pool.pinned_microseconds["temporary table"] = 30'000'000;
  load.pool.pinned_microseconds["settings"] = 10'000'000;
  load.go_on(60);
  const auto said = load.said("pins");
  BOOST_TEST(said.contains("temporary table"), said);
  BOOST_TEST(said.contains("30.0 s because of it, 0.50 of 4 servers"), said);
}

BOOST_AUTO_TEST_CASE(pools_of_one_backend_are_added_up) {
  Snapshot snapshot;
  for (const auto* user : {"ann", "bob", "cat"}) {
    auto& pool = snapshot.pools.emplace_back();
    pool.database = "shop";
    pool.user = user;
    pool.settings.max_size = 40;
    pool.backend = "10.0.0.1:5432";
    pool.backend_connections_limit = 97;
  }
  snapshot.pools[2].backend = "10.0.0.2:5432";
  BOOST_TEST(make_advice(snapshot, {}, 0).empty());
  snapshot.pools[2].backend = "10.0.0.1:5432";
  const auto advice = make_advice(snapshot, {}, 0);
  BOOST_REQUIRE(advice.size() == 1U);
  BOOST_TEST(advice[0].figures.contains("max_size of 3 pools is 120 together; the backend allows 97"));
}

BOOST_AUTO_TEST_CASE(descriptors_that_may_run_out_are_told) {
  SteadyLoad load{.descriptors = 1024};
  load.snapshot.clients_limit = 1000;
  load.look();
  const auto said = load.said("descriptors");
  BOOST_TEST(said.contains("raise the limit of open files to 1104"), said);
  load.descriptors = 1104;
  BOOST_TEST(load.said("descriptors").empty());
}

BOOST_AUTO_TEST_CASE(only_the_last_hour_counts) {
  SteadyLoad load{.transactions = 40, .leased = seconds(4), .queried = seconds(4), .wait = milliseconds(200)};
  load.go_on(100);
  BOOST_TEST(!load.advice().empty());
  load.transactions = 1;
  load.leased = load.queried = seconds(4);
  load.wait = {};
  load.go_on(3700);
  BOOST_TEST(load.said("pool size").empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::stats
