// A check of a password that takes milliseconds: a value that can be handed to another thread, where it runs.
#pragma once

#include <functional>

namespace howdah::auth {

// Needs nothing of the log-in that it came from, which may be gone when it runs. Copies share what they need;
// the last one overwrites it.
class PasswordCheck {
 public:
  explicit PasswordCheck(std::function<bool()> work) : work_(std::move(work)) {}

  // Whether the password is right. Any thread, once.
  [[nodiscard]] bool run() const { return work_(); }

 private:
  std::function<bool()> work_;
};

}  // namespace howdah::auth
