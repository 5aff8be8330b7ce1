// A random source for tests: counts, so that what it gives is known and never the same.
#pragma once

#include "daemon/os/random.h"

namespace howdah::tests {

class FixedRandom final : public os::RandomSource {
 public:
  void fill(std::span<std::byte> out) override {
    for (auto& byte : out) byte = static_cast<std::byte>(next_++);
  }

 private:
  unsigned next_ = 1;
};

}  // namespace howdah::tests
