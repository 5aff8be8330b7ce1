// Threads for work that would block a loop: name look-ups, password hashes, libpq's cancel. Bounded in threads and
// queue.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace howdah::worker {

class Offload {
 public:
  using Work = std::function<void()>;

  using Clock = std::chrono::steady_clock;

  // `grace`: for so long after the end has begun, what is queued still starts.
  Offload(std::size_t thread_count, std::size_t most_queued, Clock::duration grace = {});
  // Waits for what is running, and within its grace for what is queued; the rest is dropped.
  ~Offload();
  Offload(const Offload&) = delete;
  Offload& operator=(const Offload&) = delete;

  // False: the queue is full, or there is no thread, and the work will not run. Results go back by a mailbox. Any
  // thread.
  [[nodiscard]] bool submit(Work work);

 private:
  void serve();

  bool may_start_more() const;  // under mutex_

  const std::size_t most_queued_;
  const Clock::duration grace_;
  std::mutex mutex_;
  std::condition_variable wake_up_;
  std::deque<Work> queue_;        // under mutex_
  bool is_ending_ = false;        // under mutex_
  Clock::time_point last_start_;  // under mutex_, once it is ending
  std::vector<std::thread> threads_;
};

}  // namespace howdah::worker
