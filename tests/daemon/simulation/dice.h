// Random choices from one seed: the same on every machine.
#pragma once

#include <cstdint>
#include <random>

namespace howdah::tests {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  // 0 to `end` - 1.
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(engine_() % end); }
  // 1 to `most`, small ones more often.
  std::size_t portion(std::size_t most) { return 1 + below(1 + below(most)); }
  bool chance(unsigned percent) { return below(100) < percent; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace howdah::tests
