#include "daemon/client/wait_reports.h"

#include <algorithm>

namespace howdah::client {

const stats::PoolQueue* WaitReport::queue(const std::string& database, const std::string& user) {
  const auto known = queues_.find({database, user});
  if (known != queues_.end()) return &known->second;
  auto pools = figures_->snapshot().pools;
  const auto pool = std::ranges::find_if(
      pools, [&](const stats::PoolSnapshot& one) { return one.database == database && one.user == user; });
  if (pool == pools.end()) return nullptr;
  auto queue = stats::queue_of(std::move(*pool), figures_->clients(), figures_->servers());
  return &queues_.emplace(std::pair(database, user), std::move(queue)).first->second;
}

void WaitReports::ask(Done done) {
  askers_.push_back(std::move(done));
  if (is_asked_) return;
  if (report_) return agenda_.defer(work_);
  is_asked_ = true;
  gatherer_.gather(mailbox_, [self = self_](stats::FiguresPointer figures) {
    if (*self != nullptr) (*self)->take(std::move(figures));
  });
}

void WaitReports::take(stats::FiguresPointer figures) {
  is_asked_ = false;
  report_ = std::make_unique<WaitReport>(std::move(figures));
  agenda_.arm_in(timer_, kFreshFor);
  tell();
}

// Those who asked in this very turn are still to be told.
void WaitReports::forget() {
  if (!askers_.empty()) return agenda_.arm_in(timer_, kFreshFor);
  report_.reset();
}

void WaitReports::tell() {
  for (auto& done : std::exchange(askers_, {})) done(*report_);
}

}  // namespace howdah::client
