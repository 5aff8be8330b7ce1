// What the kernel says of this process, for the stats port. A few system calls, no waiting.
#pragma once

#include <cstdint>

namespace howdah::stats {

struct ProcessFigures {
  double cpu_seconds = 0;
  std::uint64_t resident_bytes = 0;
  std::uint64_t open_descriptors = 0;  // 0: this kernel does not say (Linux before 6.2)
  std::uint64_t most_descriptors = 0;
};

[[nodiscard]] ProcessFigures read_process_figures();

}  // namespace howdah::stats
