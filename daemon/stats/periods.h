// Takes the totals at the end of each period, for averages of the last one. Any thread.
#pragma once

#include <memory>
#include <mutex>

#include "daemon/stats/snapshot.h"

namespace howdah::stats {

class Periods {
 public:
  // A period ends here, and the next one begins.
  void take(const Snapshot& snapshot);
  // Null before the end of the first.
  [[nodiscard]] std::shared_ptr<const Period> last() const;

 private:
  mutable std::mutex mutex_;
  std::vector<PoolTotals> begin_;  // of the period under way; under mutex_, like what follows
  WallTime begun_at_;
  std::shared_ptr<const Period> last_;
};

}  // namespace howdah::stats
