// The program started once more beside this process, to take its place. One at a time; the thread of the loop.
#pragma once

#include <sys/types.h>

#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "daemon/io/unique_fd.h"
#include "daemon/worker/worker.h"

namespace howdah::os {

class Successor {
 public:
  // What a shell would call the result: the exit status, or 128 and the number of the signal.
  using OnEnd = std::function<void(int status)>;

  // Looks up where the program lies now: a file that is put in its place later is what is started.
  explicit Successor(event_base* loop);
  Successor(const Successor&) = delete;
  Successor& operator=(const Successor&) = delete;

  [[nodiscard]] bool is_running() const { return process_.is_open(); }
  // Whether it was this one that was started last.
  [[nodiscard]] bool is(pid_t process) const { return id_ > 0 && process == id_; }
  // With these arguments behind the program's name, and without what a service manager has told this process alone.
  // `on_end`: should it end before this process does. Its number, or why it could not be started.
  [[nodiscard]] std::expected<pid_t, std::string> start(const std::vector<std::string>& arguments, OnEnd on_end);

 private:
  void on_ended();

  event_base* loop_;
  std::string program_;
  pid_t id_ = 0;
  io::UniqueFd process_;  // a pidfd; open: it runs
  worker::EventPointer event_;
  OnEnd on_end_;
};

}  // namespace howdah::os
