// A moment's figures as the library's users see them.
#pragma once

#include "daemon/howdah.h"
#include "daemon/stats/snapshot.h"

namespace howdah {

[[nodiscard]] PoolerState as_public_state(const stats::Snapshot& snapshot);

}  // namespace howdah
