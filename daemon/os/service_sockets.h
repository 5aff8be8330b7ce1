// Sockets that systemd passes to a service which a .socket unit belongs to. (man 3 sd_listen_fds)
#pragma once

#include <vector>

#include "daemon/io/unique_fd.h"

namespace howdah::os {

// Those that were passed to this process; children do not get them, and a second call neither.
[[nodiscard]] std::vector<io::UniqueFd> take_service_sockets();

}  // namespace howdah::os
