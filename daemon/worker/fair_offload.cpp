#include "daemon/worker/fair_offload.h"

#include <utility>

namespace howdah::worker {

FairOffload::~FairOffload() {
  const std::lock_guard lock(mutex_);
  last_start_ = Offload::Clock::now() + grace_;
}

bool FairOffload::submit(const std::string& whose, Work work) {
  {
    const std::lock_guard lock(mutex_);
    auto& lane = lanes_[whose];
    if (lane.queue.size() >= most_queued_) return false;
    lane.queue.push_back(std::move(work));
    if (lane.running >= most_for_one_) return true;
    ++lane.running;
  }
  if (threads_.submit([this, whose] { run_next(whose); })) return true;
  const std::lock_guard lock(mutex_);
  auto& lane = lanes_[whose];
  --lane.running;
  if (lane.running > 0) return true;  // somebody comes to it
  lanes_.erase(whose);
  return false;
}

// Behind what others wait for, unless the queue is full.
void FairOffload::run_next(const std::string& whose) {
  while (const auto work = take(whose)) {
    work();
    if (has_more(whose) && threads_.submit([this, whose] { run_next(whose); })) return;
  }
}

FairOffload::Work FairOffload::take(const std::string& whose) {
  const std::lock_guard lock(mutex_);
  auto& lane = lanes_[whose];
  if (lane.queue.empty() || Offload::Clock::now() >= last_start_) {
    if (--lane.running == 0) lanes_.erase(whose);
    return {};
  }
  auto work = std::move(lane.queue.front());
  lane.queue.pop_front();
  return work;
}

bool FairOffload::has_more(const std::string& whose) {
  const std::lock_guard lock(mutex_);
  return !lanes_[whose].queue.empty();
}

}  // namespace howdah::worker
