// Work for a worker from other threads.
#pragma once

#include <functional>

namespace howdah::worker {

class Mailbox {
 public:
  using Letter = std::move_only_function<void()>;
  // Any thread. Runs on the worker's thread, in order for each sender; never if the worker ends before.
  virtual void post(Letter letter) = 0;

 protected:
  ~Mailbox() = default;
};

}  // namespace howdah::worker
