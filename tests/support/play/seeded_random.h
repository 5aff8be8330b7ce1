// A random source for tests with many keys: the same bytes in every run, and never the same twice.
#pragma once

#include <random>

#include "daemon/os/random.h"

namespace howdah::tests {

class SeededRandom final : public os::RandomSource {
 public:
  void fill(std::span<std::byte> out) override {
    for (auto& byte : out) byte = static_cast<std::byte>(engine_());
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace howdah::tests
