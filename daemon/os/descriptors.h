// The descriptors of this process.
#pragma once

#include <cstdint>

namespace howdah::os {

// Opens /dev/null in the place of a closed standard input, output or error, so that no socket gets their
// numbers and with them what is meant for a log. To be called first of all.
void fill_standard_descriptors();

// Raises the limit of open descriptors as far as the kernel lets us; what it is now.
std::uint64_t raise_descriptor_limit();

// What it is now; 0: not known.
[[nodiscard]] std::uint64_t descriptor_limit();

}  // namespace howdah::os
