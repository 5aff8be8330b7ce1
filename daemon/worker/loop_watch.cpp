#include "daemon/worker/loop_watch.h"

namespace howdah::worker {

LoopWatch::LoopWatch(const std::vector<Mailbox*>& workers) {
  for (auto* worker : workers) {
    asked_.push_back({.worker = worker, .has_answered = std::make_shared<std::atomic<bool>>(true)});
  }
}

// A worker that is stuck gets no second letter: they would only pile up.
std::vector<std::size_t> LoopWatch::ask() {
  std::vector<std::size_t> silent;
  for (std::size_t number = 0; number < asked_.size(); ++number) {
    const auto& [worker, has_answered] = asked_[number];
    if (!has_answered->exchange(false)) {
      silent.push_back(number);
    } else {
      worker->post([has_answered] { has_answered->store(true); });
    }
  }
  return silent;
}

}  // namespace howdah::worker
