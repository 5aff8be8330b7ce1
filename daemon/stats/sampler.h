// Keeps a History going: has pools' figures gathered every two seconds while somebody looks at the stats port, and
// every ten else, so that who looks for the first time sees the last minutes, and a daemon that nobody looks at wakes
// up seldom. A sample costs each worker the copy of its pools' figures and a count of its clients. The worker's thread.
#pragma once

#include "daemon/stats/gathering.h"
#include "daemon/stats/history.h"
#include "daemon/worker/worker.h"

namespace howdah::stats {

class Sampler {
 public:
  static constexpr std::chrono::seconds kWatched{2};
  static constexpr std::chrono::seconds kUnwatched{10};
  static constexpr std::chrono::minutes kAttention{2};  // so long after a look somebody is thought to look

  // All must outlive it. Letters to `worker` are not read after its end.
  Sampler(worker::Worker& worker, Gatherer& gatherer, History& history)
      : worker_(worker), gatherer_(gatherer), history_(history) {}

  // Takes samples from now on.
  void start() { sample(); }
  // Somebody looks at the history.
  void look();

 private:
  void sample();
  void on_figures(const FiguresPointer& figures);
  [[nodiscard]] worker::Duration interval() const;

  worker::Worker& worker_;
  Gatherer& gatherer_;
  History& history_;
  worker::TimePoint asked_at_;
  worker::TimePoint last_look_;  // the epoch: none
  worker::MethodTimer<Sampler, &Sampler::sample> timer_{*this};
};

}  // namespace howdah::stats
