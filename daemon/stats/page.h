// The pages of the stats port, as values: what is asked for by its path, and what is answered. No sockets.
//   /healthz    the process lives
//   /readyz     it can serve, or why not
//   /metrics    for Prometheus
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/stats/snapshot.h"

namespace howdah::stats {

struct Page {
  int status = 200;
  const char* content_type = "text/plain; charset=utf-8";
  std::string body;
};

// `path` without host and query. An unknown one gives 404.
[[nodiscard]] Page make_page(std::string_view path, const SnapshotSource& source);
[[nodiscard]] Page method_not_allowed();

// Why clients cannot be served now, one reason a line; empty when they can.
[[nodiscard]] std::vector<std::string> reasons_against(const Snapshot& snapshot);

}  // namespace howdah::stats
