// Whether clients can be served, and if not, why not. Plain values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/stats/snapshot.h"

namespace howdah::stats {

// Why clients cannot be served now, one reason a line; empty when they can. `database`: only the pools of that one
// count; empty: all do.
[[nodiscard]] std::vector<std::string> reasons_against(const Snapshot& snapshot, std::string_view database = {});

// Whether this pool has no server although it needs one, since its log-ins to the backend fail.
[[nodiscard]] bool cannot_serve(const PoolSnapshot& pool);

// The pool's last error on one line.
[[nodiscard]] std::string login_error(const PoolSnapshot& pool);

}  // namespace howdah::stats
