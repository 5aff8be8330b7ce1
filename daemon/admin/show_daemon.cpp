// SHOW CONFIG, STATE, MEM and VERSION.
#include <fmt/ranges.h>

#include "config/configuration.h"
#include "daemon/admin/show_rows.h"
#include "daemon/stats/process_figures.h"

namespace howdah::admin {

namespace {

std::string joined(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ","));
}

// Tools look for some options by PgBouncer's names. Times are in seconds there; sizes those of the entry "*", else of a
// new one.
void append_names_of_pgbouncer(Rows& rows, const config::Settings& settings) {
  const auto star = settings.databases.find("*");
  const config::PoolSettings pool = star == settings.databases.end() ? config::PoolSettings() : star->second.pool;
  const auto add = [&rows](std::string name, std::string value) {
    rows.push_back({std::move(name), std::move(value), "", "no"});
  };
  const auto seconds = [](config::Milliseconds time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count());
  };
  add("admin_users", joined(settings.admin.users));
  add("default_pool_size", std::to_string(pool.max_size));
  add("max_client_conn", std::to_string(settings.client.max_connections));
  add("max_db_connections", "0");
  add("max_user_connections", "0");
  add("min_pool_size", std::to_string(pool.min_size));
  add("query_timeout", seconds(pool.query_timeout));
  add("query_wait_timeout", seconds(pool.acquire_timeout));
  add("reserve_pool_size", "0");
  add("server_idle_timeout", seconds(pool.idle_timeout));
  add("server_lifetime", seconds(pool.max_lifetime));
  add("stats_period", seconds(settings.admin.stats_period));
  add("stats_users", joined(settings.admin.stats_users));
}

}  // namespace

Rows config_rows(const stats::SnapshotSource& source) {
  Rows rows;
  for (auto& option : config::show_options(*source.settings())) {
    rows.push_back({std::move(option.key), std::move(option.value), std::move(option.default_value),
                    option.is_changeable ? "yes" : "no"});
  }
  append_names_of_pgbouncer(rows, *source.settings());
  return rows;
}

Rows state_rows(const stats::SnapshotSource& source) {
  const auto snapshot = source.snapshot();
  const bool is_paused = snapshot.orders.are_all_paused;
  const bool is_active = !snapshot.is_draining && !is_paused;
  return {{"active", is_active ? "yes" : "no"}, {"paused", is_paused ? "yes" : "no"}, {"suspended", "no"}};
}

// The objects of ours that there are most of, and the pages that the whole process has in memory.
Rows memory_rows(const stats::SnapshotSource& source) {
  const auto snapshot = source.snapshot();
  const auto row = [](std::string name, std::size_t size, std::size_t count) {
    return Row{std::move(name), std::to_string(size), std::to_string(count), "0", std::to_string(size * count)};
  };
  constexpr std::size_t kPage = 4096;
  return {row("client", snapshot.client_bytes, source.clients().size()),
          row("server", snapshot.server_bytes, source.servers().size()),
          row("pool", snapshot.pool_bytes, snapshot.pools.size()),
          row("resident_page", kPage, stats::read_process_figures().resident_bytes / kPage)};
}

Rows no_rows(const stats::SnapshotSource&) {
  return {};
}

Rows version_rows(const stats::SnapshotSource&) {
  return {{"howdah " HOWDAH_VERSION}};
}

}  // namespace howdah::admin
