// SHOW TRACES: whose frames go to which file.
#include "daemon/admin/show_rows.h"

namespace howdah::admin {

Rows trace_rows(const stats::SnapshotSource& source) {
  Rows rows;
  for (const auto& client : source.clients()) {
    if (client.trace == nullptr) continue;
    const auto& trace = *client.trace;
    rows.push_back({"c" + std::to_string(client.id), client.user, client.database, trace.by, trace.started_at,
                    trace.has_values ? "yes" : "no", std::to_string(trace.bytes), trace.file});
  }
  return rows;
}

}  // namespace howdah::admin
