// Tells whoever started the App how it goes: whether all loops turn, and what is going on. The home worker's thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "daemon/os/log.h"
#include "daemon/progress.h"
#include "daemon/serving_worker.h"
#include "daemon/stats/gathering.h"
#include "daemon/worker/loop_watch.h"
#include "daemon/worker/worker.h"

namespace howdah {

class EngineWatch {
 public:
  // All of it outlives this.
  struct Environment {
    worker::Worker& home;
    stats::Gatherer& gatherer;
    const std::vector<std::unique_ptr<ServingWorker>>& serving;
    os::Log& log;
  };
  explicit EngineWatch(Environment environment) : environment_(environment) {}

  // Before start().
  void on_progress(std::function<void(const Progress&)> tell) { tell_ = std::move(tell); }
  void watch_loops(std::chrono::microseconds interval, std::function<void()> all_turn);

  void start();
  // Now too, not only with the next second.
  void tell_progress();

 private:
  void look_at_loops();
  void look_at_progress();
  void tell(const stats::Snapshot& snapshot);

  Environment environment_;
  std::function<void(const Progress&)> tell_;
  std::function<void()> all_turn_;
  std::chrono::microseconds interval_{};
  std::unique_ptr<worker::LoopWatch> loops_;
  std::size_t silent_count_ = 0;
  worker::MethodTimer<EngineWatch, &EngineWatch::look_at_loops> loops_timer_{*this};
  worker::MethodTimer<EngineWatch, &EngineWatch::look_at_progress> progress_timer_{*this};
};

}  // namespace howdah
