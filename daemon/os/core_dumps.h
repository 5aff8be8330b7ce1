// What others may see of the process's memory.
#pragma once

namespace howdah::os {

// No core file, and /proc/<pid>/mem for root only. (prctl(2): PR_SET_DUMPABLE)
void forbid_core_dumps();

}  // namespace howdah::os
