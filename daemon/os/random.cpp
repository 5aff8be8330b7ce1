#include "daemon/os/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

namespace howdah::os {

void SystemRandom::fill(std::span<std::byte> out) {
  while (!out.empty()) {
    const auto count = getrandom(out.data(), out.size(), 0);
    if (count > 0) {
      out = out.subspan(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      std::abort();
    }
  }
}

}  // namespace howdah::os
