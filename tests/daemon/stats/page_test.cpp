#include "daemon/stats/page.h"

#include <boost/test/unit_test.hpp>

#include "daemon/stats/readiness.h"
#include "tests/daemon/stats/fake_source.h"

namespace howdah::stats {

namespace {

struct Fixture {
  tests::FakeSource source;
  History history;
  int gatherings = 0;
  bool needs_token = false;

  Page page(const std::string& path, std::optional<std::string> database = {}) {
    const PageMatter matter{.figures = [this]() -> const SnapshotSource& {
                              ++gatherings;
                              return source;
                            },
                            .history = history,
                            .needs_token = needs_token,
                            .shows_addresses = false};
    return make_page({.path = path, .database = std::move(database), .host = {}, .authorization = {}}, matter);
  }

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
  BOOST_TEST(page("/healthz").body == "ok\n");
  BOOST_TEST(page("/readyz").status == 200);
  BOOST_TEST(page("/metrics").body.find("howdah_ready 1") != std::string::npos);
  for (const auto* path : {"", "/dashboard.html", "/healthz/", "/Healthz", "/../metrics", "metrics"}) {
    BOOST_TEST(page(path).status == 404, path);
  }
  BOOST_TEST(method_not_allowed().status == 405);
}

BOOST_AUTO_TEST_CASE(the_process_lives_even_when_it_is_not_ready) {
  source.state.is_ready = false;
  BOOST_TEST(page("/healthz").status == 200);
}

BOOST_AUTO_TEST_CASE(it_is_not_ready_at_start_nor_at_the_end) {
  source.state.is_ready = false;
  source.state.is_draining = true;
  const auto answer = page("/readyz");
  BOOST_TEST(answer.status == 503);
  BOOST_TEST(answer.body == "draining\nstarting\n");
}

BOOST_AUTO_TEST_CASE(what_an_administrator_has_taken_out_is_not_ready) {
  source.state.orders.paused = {"app"};
  source.state.orders.disabled = {"app"};
  BOOST_TEST(page("/readyz").status == 200);
  const auto answer = page("/readyz", "app");
  BOOST_TEST(answer.status == 503);
  BOOST_TEST(answer.body == "database app: paused\ndatabase app: disabled\n");
  source.state.orders = {.are_all_paused = true, .paused = {}, .disabled = {}};
  BOOST_TEST(page("/readyz").status == 503);
  BOOST_TEST(page("/readyz").body == "paused\n");
}

BOOST_AUTO_TEST_CASE(a_pool_that_cannot_reach_its_backend_is_a_reason) {
  pool_without_servers().clients_waiting = 1;
  BOOST_TEST(page("/readyz").status == 503);
  BOOST_TEST(page("/readyz").body == "pool app/ann: no server: no route \tto host\n");
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

BOOST_AUTO_TEST_CASE(one_database_may_be_asked_for) {
  pool_without_servers().clients_waiting = 1;
  source.state.pools.push_back(tests::FakeSource::pool("other", "ann"));
  BOOST_TEST(page("/readyz", "app").status == 503);
  BOOST_TEST(page("/readyz", "app").body.starts_with("pool app/ann: no server: "));
  BOOST_TEST(page("/readyz", "other").status == 200);
  BOOST_TEST(page("/readyz", "served by the star").status == 200);
  source.configuration.databases.erase("*");
  BOOST_TEST(page("/readyz", "no such").status == 404);
  source.state.is_draining = true;
  BOOST_TEST(page("/readyz", "app").status == 503);
}

BOOST_AUTO_TEST_CASE(only_pages_with_figures_ask_for_them) {
  for (const auto* path : {"/", "/dashboard.js", "/dashboard.css", "/dashboard.svg", "/healthz", "/nothing"})
    page(path);
  BOOST_TEST(gatherings == 0);
  for (const auto* path : {"/readyz", "/metrics", "/stats.json"}) page(path);
  BOOST_TEST(gatherings == 3);
}

BOOST_AUTO_TEST_CASE(the_dashboard_is_one_page_of_our_own_files) {
  const auto html = page("/").body;
  BOOST_TEST(html.find("://") == std::string::npos);
  BOOST_TEST(html.find("style=") == std::string::npos);
  for (const auto* file : {"/dashboard.js", "/dashboard.css", "/dashboard.svg"}) {
    BOOST_TEST(page(file).status == 200);
    BOOST_TEST(page(file).body.size() > 100U);
    BOOST_TEST(html.find(file) != std::string::npos);
  }
  for (const auto* way : {"innerHTML", "insertAdjacentHTML", "document.write", "eval("}) {
    BOOST_TEST(page("/dashboard.js").body.find(way) == std::string::npos, way);
  }
}

BOOST_AUTO_TEST_CASE(the_dashboard_is_told_that_it_needs_a_token) {
  BOOST_TEST(page("/").body.find("data-token=\"none\"") != std::string::npos);
  needs_token = true;
  BOOST_TEST(page("/").body.find("data-token=\"needed\"") != std::string::npos);
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
