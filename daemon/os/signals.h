// The signals that tell a daemon what to do, as calls on the thread of a loop.
#pragma once

#include <array>

#include "daemon/worker/worker.h"

namespace howdah::os {

enum class Signal { Terminate, Interrupt, HangUp, User2 };

class SignalHandler {
 public:
  virtual void on_signal(Signal signal) = 0;

 protected:
  ~SignalHandler() = default;
};

// Takes the process's signals over while it lives; SIGPIPE is ignored for good. One in a process.
class Signals {
 public:
  // Both must outlive this.
  Signals(event_base* loop, SignalHandler& handler);
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  void on_number(int number);

  SignalHandler& handler_;
  std::array<worker::EventPointer, 4> events_;
};

}  // namespace howdah::os
