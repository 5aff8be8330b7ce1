// Threads for work that may be made to last: whoever it is done for, at most so many threads do it at a time, so that
// one of them who takes long leaves some for the others.
#pragma once

#include <deque>
#include <map>
#include <string>

#include "daemon/worker/offload.h"

namespace howdah::worker {

class FairOffload {
 public:
  using Work = Offload::Work;

  // `grace`: as with Offload.
  FairOffload(std::size_t thread_count, std::size_t most_for_one, std::size_t most_queued,
              Offload::Clock::duration grace = {})
      : most_for_one_(most_for_one),
        most_queued_(most_queued),
        grace_(grace),
        threads_(thread_count, most_queued, grace) {}
  // Waits as Offload does.
  ~FairOffload();
  FairOffload(const FairOffload&) = delete;
  FairOffload& operator=(const FairOffload&) = delete;

  // False: too much waits already, and the work will not run. Any thread.
  [[nodiscard]] bool submit(const std::string& whose, Work work);

 private:
  struct Lane {
    std::deque<Work> queue;
    std::size_t running = 0;
  };

  void run_next(const std::string& whose);
  // What is to run; nothing, and a thread less, where the lane is empty.
  [[nodiscard]] Work take(const std::string& whose);
  [[nodiscard]] bool has_more(const std::string& whose);

  const std::size_t most_for_one_;
  const std::size_t most_queued_;  // of each
  const Offload::Clock::duration grace_;
  std::mutex mutex_;
  std::map<std::string, Lane> lanes_;                                          // under mutex_
  Offload::Clock::time_point last_start_ = Offload::Clock::time_point::max();  // under mutex_
  Offload threads_;                                                            // ends first
};

}  // namespace howdah::worker
