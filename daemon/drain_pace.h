// How many clients may be told to go now, where only so many shall be per second. One worker's thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <limits>

namespace howdah {

class DrainPace {
 public:
  // So often it is asked.
  static constexpr std::chrono::milliseconds kInterval{50};

  // Clients per second; 0: all at once.
  explicit DrainPace(double rate) : rate_(rate) {}

  [[nodiscard]] bool is_bounded() const { return rate_ > 0; }
  // Once in each interval.
  [[nodiscard]] std::size_t next() {
    if (!is_bounded()) return std::numeric_limits<std::size_t>::max();
    constexpr std::chrono::duration<double> kSeconds = kInterval;
    allowance_ += rate_ * kSeconds.count();
    return static_cast<std::size_t>(allowance_);
  }
  // So many of those were told. Where there were fewer, nothing is kept for who comes later.
  void use(std::size_t count) {
    const bool was_all = count == static_cast<std::size_t>(allowance_);
    allowance_ = was_all ? allowance_ - static_cast<double>(count) : 0;
  }

 private:
  double rate_;
  double allowance_ = 0;
};

}  // namespace howdah
