// SHOW CONFIG, STATE and VERSION.
#include "config/configuration.h"
#include "daemon/admin/show_rows.h"

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
  const bool is_active = !source.snapshot().is_draining;
  return {{"active", is_active ? "yes" : "no"}, {"paused", "no"}, {"suspended", "no"}};
}

Rows version_rows(const stats::SnapshotSource&) {
  return {{"howdah " HOWDAH_VERSION}};
}

}  // namespace howdah::admin
