// Random bytes for secrets, as an argument, so that tests know what comes.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace howdah::os {

// Any thread, unless the class says otherwise.
class RandomSource {
 public:
  virtual ~RandomSource() = default;
  virtual void fill(std::span<std::byte> out) = 0;
};

[[nodiscard]] inline std::string random_bytes(RandomSource& random, std::size_t count) {
  std::string bytes(count, '\0');
  random.fill(std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

// The kernel's. Does not block once the machine has booted; a kernel without it ends the program.
class SystemRandom final : public RandomSource {
 public:
  void fill(std::span<std::byte> out) override;
};

}  // namespace howdah::os
