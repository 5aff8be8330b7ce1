#include "daemon/os/service_sockets.h"

#include <algorithm>

#ifdef HOWDAH_WITH_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

namespace howdah::os {

std::vector<io::UniqueFd> take_service_sockets() {
  std::vector<io::UniqueFd> sockets;
#ifdef HOWDAH_WITH_SYSTEMD
  const int count = sd_listen_fds(1);
  sockets.reserve(static_cast<std::size_t>(std::max(count, 0)));
  for (int i = 0; i < count; ++i) sockets.emplace_back(SD_LISTEN_FDS_START + i);
#endif
  return sockets;
}

}  // namespace howdah::os
