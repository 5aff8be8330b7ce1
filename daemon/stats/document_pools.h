// A pool in /stats.json, its history too.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "daemon/stats/history.h"
#include "daemon/stats/snapshot.h"

namespace howdah::stats {

// `history`: null where none is kept. `now`: the points of the history are told by how long ago they were.
[[nodiscard]] nlohmann::ordered_json pool_json(const PoolSnapshot& pool, const PoolHistory* history, WallTime now);

// In whole microseconds, which is what we have.
[[nodiscard]] double in_seconds(Microseconds time);

}  // namespace howdah::stats
