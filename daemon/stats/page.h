// The pages of the stats port (STATS.md). No sockets.
//   /            the dashboard, which reads /stats.json
//   /healthz     the process lives
//   /readyz      it can serve, or why not; ?database=NAME asks for one database
//   /metrics     for Prometheus
//   /stats.json  all that the dashboard shows
#pragma once

#include <functional>

#include "daemon/stats/history.h"
#include "daemon/stats/http_page.h"
#include "daemon/stats/snapshot.h"

namespace howdah::stats {

inline constexpr const char* kDocumentPath = "/stats.json";

// What pages are made from.
struct PageMatter {
  std::function<const SnapshotSource&()> figures;  // asked only where they are needed
  const History& history;
  bool needs_token = false;
  bool shows_addresses = false;
};

// An unknown path gives 404.
[[nodiscard]] Page make_page(const Request& request, const PageMatter& matter);
[[nodiscard]] Page method_not_allowed();

}  // namespace howdah::stats
