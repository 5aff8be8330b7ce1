// SHOW CONFIG, STATE, MEM and VERSION.
#include "config/configuration.h"
#include "daemon/admin/show_rows.h"
#include "daemon/stats/process_figures.h"

namespace howdah::admin {

Rows config_rows(const stats::SnapshotSource& source) {
  Rows rows;
  for (auto& option : config::show_options(*source.settings())) {
    rows.push_back({std::move(option.key), std::move(option.value), std::move(option.default_value),
                    option.is_changeable ? "yes" : "no"});
  }
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
