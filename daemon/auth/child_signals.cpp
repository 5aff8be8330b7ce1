#include "daemon/auth/child_signals.h"

#include <pthread.h>

#include <csignal>

namespace howdah::auth {

namespace {

thread_local bool is_wanted = false;

// Our handlers would speak to the parent, so they go first.
void begin_child() noexcept {
  if (!is_wanted) return;
  for (int number = 1; number < NSIG; ++number) std::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace

ChildSignals::ChildSignals() {
  static const int result = pthread_atfork(nullptr, nullptr, begin_child);
  is_wanted = result == 0;
}

ChildSignals::~ChildSignals() {
  is_wanted = false;
}

}  // namespace howdah::auth
