#include "daemon/admin/show_rows.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>

#include "daemon/admin/shows.h"
#include "tests/daemon/stats/fake_source.h"

namespace howdah::admin {

namespace {

struct Fixture {
  tests::FakeSource source;

  // The value of a column in a row of a SHOW; "null" where there is none.
  std::string value(std::string_view show_name, std::size_t row, std::string_view column) const {
    const auto* show = find_show(show_name);
    const auto place = std::ranges::find(show->columns, column, &Column::name);
    const auto index = static_cast<std::size_t>(place - show->columns.begin());
    return show->make_rows(source).at(row).at(index).value_or("null");
  }

  // Of the row whose first column says `name`.
  std::string item(std::string_view show_name, std::string_view name) const {
    for (const auto& row : find_show(show_name)->make_rows(source)) {
      if (row.at(0) == name) return row.at(1).value_or("null");
    }
    return "missing";
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(show_rows, Fixture)

BOOST_AUTO_TEST_CASE(a_client_is_shown_with_its_address_times_and_server) {
  source.client_list = {{.id = 12,
                         .user = "ann",
                         .database = "app",
                         .application_name = "psql",
                         .state = "waiting",
                         .address = "[::1]:40000",
                         .connected_at = tests::FakeSource::at(0),
                         .last_request_at = tests::FakeSource::at(86'399),
                         .wait = stats::Microseconds(3'000'007),
                         .server_id = 4,
                         .process_id = 99}};
  const std::pair<const char*, const char*> expected[] = {{"type", "C"},
                                                          {"user", "ann"},
                                                          {"database", "app"},
                                                          {"state", "waiting"},
                                                          {"addr", "::1"},
                                                          {"port", "40000"},
                                                          {"wait", "3"},
                                                          {"wait_us", "7"},
                                                          {"connect_time", "1970-01-01 00:00:00 UTC"},
                                                          {"ptr", "c12"},
                                                          {"link", "s4"},
                                                          {"request_time", "1970-01-01 23:59:59 UTC"},
                                                          {"remote_pid", "0"},
                                                          {"application_name", "psql"}};
  for (const auto& [column, text] : expected) BOOST_TEST(value("clients", 0, column) == text, column);
}

BOOST_AUTO_TEST_CASE(a_local_client_is_shown_with_its_process) {
  source.client_list.resize(1);
  source.client_list[0].address = "unix:1234(uid 1000)";
  BOOST_TEST(value("clients", 0, "addr") == "unix");
  BOOST_TEST(value("clients", 0, "port") == "0");
  BOOST_TEST(value("clients", 0, "remote_pid") == "1234");
  BOOST_TEST(value("clients", 0, "link") == "");
}

BOOST_AUTO_TEST_CASE(a_server_is_shown_with_its_state_and_process) {
  source.server_list = {{.id = 3,
                         .user = "ann",
                         .database = "app",
                         .state = "idle in transaction",
                         .address = "10.0.0.1:5432",
                         .pin_reason = "",
                         .pin_statement = "",
                         .connected_at = {},
                         .last_used_at = {},
                         .client_id = 12,
                         .process_id = 777}};
  const std::pair<const char*, const char*> expected[] = {
      {"type", "S"}, {"state", "active"}, {"addr", "10.0.0.1"},  {"port", "5432"},
      {"ptr", "s3"}, {"link", "c12"},     {"remote_pid", "777"}, {"tls", ""}};
  for (const auto& [column, text] : expected) BOOST_TEST(value("servers", 0, column) == text, column);
  source.server_list[0].address = "/run/postgresql/.s.PGSQL.5432";
  BOOST_TEST(value("servers", 0, "addr") == "unix");
}

BOOST_AUTO_TEST_CASE(a_pin_is_shown_with_its_client_its_server_and_what_left_it) {
  stats::ServerSnapshot server;
  server.id = 3;
  server.state = "pinned";
  server.pin_reason = "advisory lock";
  server.pin_statement = "select pg_advisory_lock(?)";
  server.process_id = 777;
  source.server_list = {server};
  source.client_list.resize(2);
  source.client_list[1].id = 12;
  source.client_list[1].server_id = 3;
  source.client_list[1].pinned = std::chrono::milliseconds(2500);
  BOOST_TEST(find_show("pins")->make_rows(source).size() == 1U);
  const std::pair<const char*, const char*> expected[] = {{"client", "c12"},
                                                          {"server", "s3"},
                                                          {"remote_pid", "777"},
                                                          {"reason", "advisory lock"},
                                                          {"pinned", "2"},
                                                          {"pinned_us", "500000"},
                                                          {"statement", "select pg_advisory_lock(?)"}};
  for (const auto& [column, text] : expected) BOOST_TEST(value("pins", 0, column) == text, column);
  BOOST_TEST(value("clients", 0, "pin_reason") == "");
  BOOST_TEST(value("clients", 1, "pin_reason") == "advisory lock");
  BOOST_TEST(value("servers", 0, "pin_reason") == "advisory lock");
}

BOOST_AUTO_TEST_CASE(a_pool_counts_as_pgbouncer_does) {
  auto& pool = source.state.pools[0];
  pool.servers_pinned = 2;
  pool.servers_cleaning = 3;
  pool.servers_connecting = 4;
  pool.settings.mode = config::PoolMode::Session;
  const std::pair<const char*, const char*> expected[] = {
      {"database", "app"}, {"user", "ann"},          {"cl_active", "2"},      {"cl_waiting", "1"},
      {"sv_active", "3"},  {"sv_idle", "1"},         {"sv_tested", "3"},      {"sv_login", "4"},
      {"maxwait", "2"},    {"maxwait_us", "500000"}, {"pool_mode", "session"}};
  for (const auto& [column, text] : expected) BOOST_TEST(value("pools", 0, column) == text, column);
}

BOOST_AUTO_TEST_CASE(databases_are_the_entries_and_what_the_star_serves) {
  source.state.pools.push_back(tests::FakeSource::pool("extra", "bob"));
  BOOST_TEST(value("databases", 0, "name") == "*");
  BOOST_TEST(value("databases", 1, "name") == "app");
  BOOST_TEST(value("databases", 2, "name") == "extra");
  const std::pair<const char*, const char*> app[] = {
      {"host", "db.example,other"}, {"port", "5433"},       {"database", "real"},         {"force_user", "owner"},
      {"pool_size", "20"},          {"min_pool_size", "0"}, {"pool_mode", "transaction"}, {"current_connections", "2"}};
  for (const auto& [column, text] : app) BOOST_TEST(value("databases", 1, column) == text, column);
  const std::pair<const char*, const char*> extra[] = {
      {"host", "10.0.0.1"}, {"port", "5432"}, {"database", "extra"}, {"force_user", "null"}, {"paused", "0"}};
  for (const auto& [column, text] : extra) BOOST_TEST(value("databases", 2, column) == text, column);
}

BOOST_AUTO_TEST_CASE(peers_are_shown_with_what_came_of_the_cancels) {
  source.state.peers = {.instance = 1,
                        .peers = {{.number = 2,
                                   .host = "10.0.0.2",
                                   .port = 6432,
                                   .most_at_a_time = 16,
                                   .under_way = 3,
                                   .waiting = 4,
                                   .forwarded = 5,
                                   .refused = 6,
                                   .failed = 7,
                                   .last_failure = "no connection"}}};
  const std::pair<const char*, const char*> peer[] = {
      {"peer_id", "2"},   {"host", "10.0.0.2"}, {"port", "6432"}, {"pool_size", "16"},
      {"forwarded", "5"}, {"refused", "6"},     {"failed", "7"},  {"last_failure", "no connection"}};
  for (const auto& [column, text] : peer) BOOST_TEST(value("peers", 0, column) == text, column);
  const std::pair<const char*, const char*> pool[] = {
      {"peer_id", "2"}, {"cl_active_cancel_req", "3"}, {"cl_waiting_cancel_req", "4"}, {"sv_active_cancel", "3"}};
  for (const auto& [column, text] : pool) BOOST_TEST(value("peer_pools", 0, column) == text, column);
}

BOOST_AUTO_TEST_CASE(a_password_in_a_connection_string_is_shown_nowhere) {
  source.configuration.databases["app"].backend = "postgresql://u:hidden@h/d";
  for (const auto& show : all_shows()) {
    for (const auto& row : show.make_rows(source)) {
      for (const auto& text : row) BOOST_TEST(text.value_or("").find("hidden") == std::string::npos, show.name);
    }
  }
}

BOOST_AUTO_TEST_CASE(stats_are_sums_over_the_users_of_a_database) {
  source.state.pools.push_back(tests::FakeSource::pool("app", "bob"));
  source.state.pools.push_back(tests::FakeSource::pool("zoo", "bob"));
  BOOST_TEST(find_show("stats")->make_rows(source).size() == 2u);
  const std::pair<const char*, const char*> expected[] = {{"database", "app"},
                                                          {"total_xact_count", "400"},
                                                          {"total_query_count", "800"},
                                                          {"total_received", "20000"},
                                                          {"total_sent", "10000000000"},
                                                          {"total_xact_time", "2000000"},
                                                          {"total_query_time", "1600000"},
                                                          {"total_wait_time", "100000"},
                                                          {"avg_xact_count", "4"},
                                                          {"avg_query_count", "8"},
                                                          {"avg_recv", "200"},
                                                          {"avg_sent", "100000000"},
                                                          {"avg_xact_time", "5000"},
                                                          {"avg_query_time", "2000"},
                                                          {"avg_wait_time", "250"}};
  for (const auto& [column, text] : expected) BOOST_TEST(value("stats", 0, column) == text, column);
  BOOST_TEST(value("stats_totals", 0, "query_time") == "1600000");
  BOOST_TEST(value("stats_averages", 0, "bytes_received") == "200");
  BOOST_TEST(item("totals", "total_xact_count") == "600");
  BOOST_TEST(item("totals", "avg_wait_time") == "250");
}

BOOST_AUTO_TEST_CASE(averages_are_those_of_the_last_period) {
  stats::Totals before;
  before.transactions = before.queries = 100;
  before.wait_time = stats::Microseconds(40'000);
  source.period = std::make_shared<const stats::Period>(
      stats::Period{.length = stats::Microseconds(2'000'000),
                    .begin = {{"app", before}},
                    .end = {{"app", source.state.pools[0].totals}, {"new", before}}});
  source.state.pools.push_back(tests::FakeSource::pool("later", "ann"));
  BOOST_TEST(value("stats", 0, "total_xact_count") == "200");
  BOOST_TEST(value("stats", 0, "avg_xact_count") == "50");
  BOOST_TEST(value("stats", 0, "avg_query_count") == "150");
  BOOST_TEST(value("stats", 0, "avg_wait_time") == "100");
  BOOST_TEST(value("stats", 1, "database") == "later");
  BOOST_TEST(value("stats", 1, "avg_xact_count") == "0");
  BOOST_TEST(item("totals", "avg_xact_count") == "100");
}

BOOST_AUTO_TEST_CASE(averages_of_nothing_are_nothing) {
  source.state.pools[0].totals = {};
  source.state.started_at = {};
  BOOST_TEST(value("stats", 0, "avg_xact_count") == "0");
  BOOST_TEST(value("stats", 0, "avg_xact_time") == "0");
}

BOOST_AUTO_TEST_CASE(users_are_those_configured_and_those_with_a_pool) {
  source.configuration.users["zoe"] = {.name = "zoe", .password = "x", .pool_mode = config::PoolMode::Statement};
  BOOST_TEST(item("users", "ann") == "null");
  BOOST_TEST(item("users", "zoe") == "statement");
}

BOOST_AUTO_TEST_CASE(lists_count_what_there_is) {
  source.client_list.resize(5);
  source.client_list[0].state = "login";
  const std::pair<const char*, const char*> expected[] = {{"databases", "2"},     {"users", "1"},
                                                          {"pools", "1"},         {"used_clients", "4"},
                                                          {"login_clients", "1"}, {"used_servers", "2"}};
  for (const auto& [name, text] : expected) BOOST_TEST(item("lists", name) == text, name);
}

BOOST_AUTO_TEST_CASE(orders_are_shown_where_they_hold) {
  source.state.orders.paused = {"app", "unknown yet"};
  source.state.orders.disabled = {"app"};
  BOOST_TEST(value("databases", 1, "paused") == "1");
  BOOST_TEST(value("databases", 1, "disabled") == "1");
  BOOST_TEST(value("databases", 2, "name") == "unknown yet");
  BOOST_TEST(value("databases", 0, "paused") == "0");
  source.state.orders.are_all_paused = true;
  BOOST_TEST(value("databases", 0, "paused") == "1");
  BOOST_TEST(item("state", "paused") == "yes");
  BOOST_TEST(item("state", "active") == "no");
}

BOOST_AUTO_TEST_CASE(a_server_to_be_closed_its_tls_and_own_address_are_shown) {
  auto& server = source.server_list.emplace_back();
  server.id = 3;
  server.state = "active";
  server.address = "/run/postgresql/.s.PGSQL.5433";
  server.is_outdated = true;
  server.application_name = "shop";
  server.local_address = "10.0.0.1:40000";
  server.tls = "TLSv1.3/X";
  const std::pair<const char*, const char*> expected[] = {
      {"addr", "unix"},     {"port", "5433"},      {"local_addr", "10.0.0.1"},   {"local_port", "40000"},
      {"tls", "TLSv1.3/X"}, {"close_needed", "1"}, {"application_name", "shop"}, {"type", "S"}};
  for (const auto& [column, text] : expected) BOOST_TEST(value("servers", 0, column) == text, column);
}

BOOST_AUTO_TEST_CASE(cancels_of_a_pool_are_counted) {
  auto& pool = source.state.pools[0];
  pool.cancels = 2;
  pool.cancels_waiting = 1;
  pool.servers_cancelling = 3;
  const std::pair<const char*, const char*> expected[] = {{"cl_active_cancel_req", "2"},
                                                          {"cl_waiting_cancel_req", "1"},
                                                          {"sv_active_cancel", "3"},
                                                          {"sv_being_canceled", "3"}};
  for (const auto& [column, text] : expected) BOOST_TEST(value("pools", 0, column) == text, column);
}

BOOST_AUTO_TEST_CASE(times_are_told_for_each_kind) {
  source.state.pools[0].times.query.record(std::chrono::milliseconds(10));
  BOOST_TEST(value("times", 1, "time") == "query");
  BOOST_TEST(value("times", 1, "count") == "1");
  BOOST_TEST(value("times", 1, "mean_us") == "10000");
  BOOST_TEST(std::abs(std::stoi(value("times", 1, "p99_us")) - 10'000) < 200);
  BOOST_TEST(value("times", 0, "p50_us") == "0");
}

BOOST_AUTO_TEST_CASE(the_state_is_active_until_the_daemon_drains) {
  BOOST_TEST(item("state", "active") == "yes");
  source.state.is_draining = true;
  BOOST_TEST(item("state", "active") == "no");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::admin
