#include "daemon/worker/offload.h"

#include "daemon/worker/start_threads.h"

namespace howdah::worker {

Offload::Offload(std::size_t thread_count, std::size_t most_queued, Clock::duration grace)
    : most_queued_(most_queued), grace_(grace) {
  start_threads(threads_, thread_count, [this] { serve(); });
}

Offload::~Offload() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
    last_start_ = Clock::now() + grace_;
  }
  wake_up_.notify_all();
  for (auto& thread : threads_) thread.join();
}

bool Offload::submit(Work work) {
  {
    const std::lock_guard lock(mutex_);
    if (is_ending_ || threads_.empty() || queue_.size() >= most_queued_) return false;
    queue_.push_back(std::move(work));
  }
  wake_up_.notify_one();
  return true;
}

bool Offload::may_start_more() const {
  return !is_ending_ || (!queue_.empty() && Clock::now() < last_start_);
}

void Offload::serve() {
  while (true) {
    std::unique_lock lock(mutex_);
    wake_up_.wait(lock, [this] { return is_ending_ || !queue_.empty(); });
    if (!may_start_more()) return;
    const auto work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
  }
}

}  // namespace howdah::worker
