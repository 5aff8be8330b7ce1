#include "daemon/stats/periods.h"

#include <utility>

namespace howdah::stats {

void Periods::take(const Snapshot& snapshot) {
  std::vector<PoolTotals> now;
  now.reserve(snapshot.pools.size());
  for (const auto& pool : snapshot.pools) now.push_back({pool.database, pool.totals});
  const std::lock_guard lock(mutex_);
  const auto since = begun_at_ == WallTime() ? snapshot.started_at : begun_at_;
  const auto length = std::chrono::duration_cast<Microseconds>(snapshot.taken_at - since);
  if (length.count() > 0) last_ = std::make_shared<const Period>(Period{length, std::move(begin_), now});
  begin_ = std::move(now);
  begun_at_ = snapshot.taken_at;
}

std::shared_ptr<const Period> Periods::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

}  // namespace howdah::stats
