// The page /stats.json: all that the dashboard shows. Its shape is told in STATS.md; `version` goes up when something
// that was there changes its meaning or goes away, not when something comes in addition.
#pragma once

#include <string>

#include "daemon/stats/history.h"
#include "daemon/stats/snapshot.h"

namespace howdah::stats {

inline constexpr int kDocumentVersion = 1;

// `shows_addresses`: of clients.
[[nodiscard]] std::string stats_document(const SnapshotSource& source, const History& history, bool shows_addresses);

}  // namespace howdah::stats
