// What could be changed, from the load of the last hour: rules that each name the figures which they come from, and say
// nothing where these do not bear it. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "daemon/stats/load_history.h"
#include "daemon/stats/snapshot.h"

namespace howdah::stats {

// `descriptors`: so many the process may have open; 0: not known. What matters most is in front.
[[nodiscard]] std::vector<Advice> make_advice(const Snapshot& snapshot, const LoadHistory& history,
                                              std::uint64_t descriptors);

}  // namespace howdah::stats
