#include "daemon/os/processes.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

namespace howdah::os {

io::UniqueFd descriptor_of_process(pid_t id) {
  return io::UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, id, 0)));
}

void kill(const io::UniqueFd& process) {
  if (process.is_open()) syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0);
}

bool has_ended(const io::UniqueFd& process) {
  pollfd end{.fd = process.get(), .events = POLLIN, .revents = 0};
  return poll(&end, 1, 0) > 0;
}

}  // namespace howdah::os
