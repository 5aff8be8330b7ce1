// The page /metrics, in Prometheus' text format. All names begin with howdah_; counters end in _total; units
// are seconds and bytes. A pool is told by the labels database and user.
#pragma once

#include <cstddef>
#include <string>

#include "daemon/stats/snapshot.h"

namespace howdah::stats {

// Pools past so many are summed under database="other", user="other": where "*" serves
// all names, clients choose them.
inline constexpr std::size_t kMostLabelledPools = 500;

[[nodiscard]] std::string metrics_text(const Snapshot& snapshot);

}  // namespace howdah::stats
