// What a module of PAM starts (pam_exec) inherits the signals of its thread, and ours take none: such a program could
// not even be asked to end. While this lives, children of its thread begin with the signals of any program.
#pragma once

namespace howdah::auth {

class [[nodiscard]] ChildSignals {
 public:
  ChildSignals();
  ~ChildSignals();
  ChildSignals(const ChildSignals&) = delete;
  ChildSignals& operator=(const ChildSignals&) = delete;
};

}  // namespace howdah::auth
