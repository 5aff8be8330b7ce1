// Other processes, by a descriptor that never comes to mean another one. (man 2 pidfd_open)
#pragma once

#include <sys/types.h>

#include "daemon/io/unique_fd.h"

namespace howdah::os {

// Readable once the process has ended. Closed where there is no such process, or the kernel does not know how.
[[nodiscard]] io::UniqueFd descriptor_of_process(pid_t id);
// By SIGKILL; nothing happens where it has ended.
void kill(const io::UniqueFd& process);
// Whether it is known to have ended, without waiting.
[[nodiscard]] bool has_ended(const io::UniqueFd& process);

}  // namespace howdah::os
