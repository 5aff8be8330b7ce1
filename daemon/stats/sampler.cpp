#include "daemon/stats/sampler.h"

namespace howdah::stats {

void Sampler::look() {
  last_look_ = worker_.agenda().now();
  if (timer_.is_armed()) worker_.agenda().arm(timer_, std::max(asked_at_ + kWatched, worker_.agenda().now()));
}

worker::Duration Sampler::interval() const {
  const bool is_watched = last_look_ != worker::TimePoint() && worker_.agenda().now() - last_look_ < kAttention;
  return is_watched ? kWatched : kUnwatched;
}

// The timer is armed at once: a worker that is stuck answers late or never.
void Sampler::sample() {
  asked_at_ = worker_.agenda().now();
  worker_.agenda().arm_in(timer_, interval());
  gatherer_.gather_pools(worker_, [this](const FiguresPointer& figures) { on_figures(figures); });
}

void Sampler::on_figures(const FiguresPointer& figures) {
  history_.add(figures->snapshot());
}

}  // namespace howdah::stats
