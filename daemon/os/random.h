// Random bytes for secrets, as an argument, so that tests know what comes.
#pragma once

#include <cstddef>
#include <span>

namespace howdah::os {

// Any thread, unless the class says otherwise.
class RandomSource {
 public:
  virtual ~RandomSource() = default;
  virtual void fill(std::span<std::byte> out) = 0;
};

// The kernel's. Does not block once the machine has booted; a kernel without it ends the program.
class SystemRandom final : public RandomSource {
 public:
  void fill(std::span<std::byte> out) override;
};

}  // namespace howdah::os
