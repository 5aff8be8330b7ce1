// Whether all is well, and why not.
#include "daemon/stats/verdict.h"

#include <boost/test/unit_test.hpp>

#include "tests/daemon/stats/fake_source.h"

namespace howdah::stats {

namespace {

struct Fixture {
  tests::FakeSource source;
  History history;
  ProcessFigures process{.cpu_seconds = 1, .resident_bytes = 1, .open_descriptors = 10, .most_descriptors = 1000};
  PoolSnapshot& pool = source.state.pools[0];

  Fixture() {
    pool.longest_wait = Microseconds(1'000);
    source.state.clients_limit = 100;
    history.add(source.state);
  }
  Verdict verdict() const { return verdict_on(source.state, history, process); }
  // "grade about: text" of the first finding.
  std::string first() const {
    const auto findings = verdict().findings;
    if (findings.empty()) return {};
    return std::string(word_of(findings[0].grade)) + " " + findings[0].about + ": " + findings[0].text;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stats_verdict, Fixture)

BOOST_AUTO_TEST_CASE(a_short_wait_is_well) {
  BOOST_TEST((verdict().grade == Grade::Well));
  BOOST_TEST(verdict().findings.empty());
}

BOOST_AUTO_TEST_CASE(a_long_wait_tells_who_has_the_servers) {
  pool.longest_wait = Microseconds(2'500'000);
  pool.clients_waiting = 3;
  pool.servers_active = 15;
  pool.servers_pinned = 5;
  pool.servers_idle = 0;
  BOOST_TEST(
      first() ==
      "warning app/ann: 3 clients wait for a server, the first for 2.5 s; of 20 servers 15 active, 5 pinned, 0 idle");
}

BOOST_AUTO_TEST_CASE(a_pool_without_servers_is_a_problem_and_stands_first) {
  pool.servers_active = pool.servers_idle = 0;
  pool.last_error = "connection refused\n\tis it running?\n";
  pool.longest_wait = Microseconds(9'000'000);
  BOOST_TEST(first() == "problem app/ann: no server: connection refused \\tis it running?");
  BOOST_TEST((verdict().grade == Grade::Problem));
  BOOST_TEST(verdict().findings.size() == 2U);
}

BOOST_AUTO_TEST_CASE(time_outs_of_the_last_minutes_count_and_older_ones_do_not) {
  pool.totals.acquire_timeouts = 4;
  source.state.taken_at += std::chrono::seconds(10);
  history.add(source.state);
  BOOST_TEST(first() == "problem app/ann: in the last 10 s 4 waited for a server in vain (acquire_timeout 30 s)");
  for (int i = 0; i < 40; ++i) {
    source.state.taken_at += std::chrono::seconds(10);
    history.add(source.state);
  }
  BOOST_TEST((verdict().grade == Grade::Well));
}

BOOST_AUTO_TEST_CASE(the_state_of_the_daemon_counts) {
  source.state.is_draining = true;
  BOOST_TEST(first() == "warning howdah: it is ending, and takes no new clients");
  source.state.is_draining = false;
  source.state.is_ready = false;
  BOOST_TEST(first() == "warning howdah: it is starting");
  source.state.is_stuck = true;
  BOOST_TEST(first() == "problem howdah: a worker does not answer");
  BOOST_TEST(verdict().findings.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_an_administrator_has_ordered_is_told) {
  source.state.orders.paused = {"shop"};
  BOOST_TEST(first() == "warning shop: paused: clients wait (PAUSE)");
  source.state.orders = {.are_all_paused = false, .paused = {}, .disabled = {"shop"}};
  BOOST_TEST(first() == "warning shop: new clients are refused (DISABLE)");
  source.state.orders = {.are_all_paused = true, .paused = {}, .disabled = {}};
  BOOST_TEST(first() == "warning howdah: all databases are paused (PAUSE)");
}

BOOST_AUTO_TEST_CASE(limits_that_are_near_are_told) {
  pool.clients_idle = 88;
  BOOST_TEST(first() == "warning howdah: 90 of 100 clients (client.max_connections)");
  pool.clients_idle = 0;
  process.open_descriptors = 900;
  BOOST_TEST(first() == "warning howdah: 900 of 1000 file descriptors are open");
}

BOOST_AUTO_TEST_CASE(pins_on_all_servers_are_told) {
  pool.servers_pinned = pool.settings.max_size;
  BOOST_TEST(first() == "warning app/ann: all servers are pinned: no other client gets one");
}

BOOST_AUTO_TEST_CASE(the_findings_are_bounded) {
  pool.servers_active = pool.servers_idle = 0;
  pool.last_error = "no";
  source.state.pools.resize(1000, source.state.pools[0]);
  BOOST_TEST(verdict().findings.size() == 20U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::stats
