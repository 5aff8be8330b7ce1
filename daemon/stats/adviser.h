// Looks at the pools again and again, and gives advice from that when it is asked. Any thread.
#pragma once

#include <mutex>
#include <vector>

#include "daemon/stats/advice.h"

namespace howdah::stats {

class Adviser {
 public:
  // `descriptors`: so many the process may have open; 0: not known.
  explicit Adviser(std::uint64_t descriptors) : descriptors_(descriptors) {}

  // Of all workers; each LoadHistory::kInterval.
  void observe(const Snapshot& snapshot) {
    const std::lock_guard lock(mutex_);
    history_.observe(snapshot);
  }
  [[nodiscard]] std::vector<Advice> advise(const Snapshot& snapshot) const {
    const std::lock_guard lock(mutex_);
    return make_advice(snapshot, history_, descriptors_);
  }

 private:
  const std::uint64_t descriptors_;
  mutable std::mutex mutex_;
  LoadHistory history_;  // under mutex_
};

}  // namespace howdah::stats
