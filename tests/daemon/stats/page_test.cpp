#include "daemon/stats/page.h"

#include <boost/test/unit_test.hpp>

#include "tests/daemon/stats/fake_source.h"

namespace howdah::stats {

namespace {

struct Fixture {
  tests::FakeSource source;

  PoolSnapshot& pool_without_servers() {
    auto& pool = source.state.pools[0];
    pool.servers_active = pool.servers_idle = 0;
    pool.last_error = "no route\n\tto host\n";
    return pool;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stats_pages, Fixture)

BOOST_AUTO_TEST_CASE(known_paths_are_answered_and_no_others) {
  BOOST_TEST(make_page("/healthz", source).body == "ok\n");
  BOOST_TEST(make_page("/readyz", source).status == 200);
  BOOST_TEST(make_page("/metrics", source).body.find("howdah_ready 1") != std::string::npos);
  for (const auto* path : {"", "/", "/healthz/", "/Healthz", "/../metrics", "metrics"}) {
    BOOST_TEST(make_page(path, source).status == 404, path);
  }
  BOOST_TEST(method_not_allowed().status == 405);
}

BOOST_AUTO_TEST_CASE(the_process_lives_even_when_it_is_not_ready) {
  source.state.is_ready = false;
  BOOST_TEST(make_page("/healthz", source).status == 200);
}

BOOST_AUTO_TEST_CASE(it_is_not_ready_at_start_nor_at_the_end) {
  source.state.is_ready = false;
  source.state.is_draining = true;
  const auto page = make_page("/readyz", source);
  BOOST_TEST(page.status == 503);
  BOOST_TEST(page.body == "draining\nstarting\n");
}

BOOST_AUTO_TEST_CASE(a_pool_that_cannot_reach_its_backend_is_a_reason) {
  pool_without_servers().clients_waiting = 1;
  BOOST_TEST(make_page("/readyz", source).status == 503);
  BOOST_TEST(make_page("/readyz", source).body == "pool app/ann: no server: no route \tto host\n");
}

BOOST_AUTO_TEST_CASE(a_pool_is_no_reason_while_it_has_servers_or_nobody_needs_any) {
  auto& pool = pool_without_servers();
  pool.clients_waiting = 0;
  BOOST_TEST(reasons_against(source.state).empty());
  pool.settings.min_size = 1;
  BOOST_TEST(reasons_against(source.state).size() == 1u);
  pool.servers_idle = 1;
  BOOST_TEST(reasons_against(source.state).empty());
}

BOOST_AUTO_TEST_CASE(the_reasons_are_bounded) {
  pool_without_servers().clients_waiting = 1;
  source.state.pools.resize(1000, source.state.pools[0]);
  const auto reasons = reasons_against(source.state);
  BOOST_TEST(reasons.size() == 101u);
  BOOST_TEST(reasons.back() == "and more");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::stats
