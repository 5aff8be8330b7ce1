// What could be changed, from the load of the last hour: rules that each name the figures which they come from, and say
// nothing where these do not bear it. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "daemon/stats/load_history.h"
#include "daemon/stats/snapshot.h"

namespace howdah::stats {

// Of the whole process.
struct Limits {
  std::uint64_t descriptors = 0;  // 0: not known
  int clients = 0;                // client.max_connections; 0: no limit
};

// Those that matter most are in front.
[[nodiscard]] std::vector<Advice> make_advice(const Snapshot& snapshot, const LoadHistory& history,
                                              const Limits& limits);

}  // namespace howdah::stats
