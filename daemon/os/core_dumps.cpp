#include "daemon/os/core_dumps.h"

#include <sys/prctl.h>

namespace howdah::os {

void forbid_core_dumps() {
  prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace howdah::os
