// The ledger's side of an eviction.
#include "daemon/pool/eviction.h"

namespace howdah::pool {

using server::ServerId;

std::size_t PoolLedger::begin_eviction() {
  Letters letters;
  std::size_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    ++evictions_;
    count = take_all_idle(letters, [](PoolPart& part, const std::vector<ServerId>& ids) { part.on_evicted(ids); });
    evicted_ += count;
    count += readings_;
  }
  post(std::move(letters));
  return count;
}

void PoolLedger::begin_reading() {
  const std::lock_guard lock(mutex_);
  ++readings_;
}

void PoolLedger::end_reading() {
  const std::lock_guard lock(mutex_);
  --readings_;
}

void PoolLedger::note_evicted(std::size_t count) {
  const std::lock_guard lock(mutex_);
  evicted_ -= count;
}

// Whatever else is leaving is in the way too.
bool PoolLedger::is_evicted() const {
  const std::lock_guard lock(mutex_);
  return evicted_ == 0 && leaving_ == 0 && readings_ == 0;
}

void PoolLedger::end_eviction() {
  Letters letters;
  {
    const std::lock_guard lock(mutex_);
    if (--evictions_ > 0) return;
    for (const auto& part : parts_) {
      letters.emplace_back(part.mailbox, [told = part.part] { told->on_logins_allowed(); });
    }
  }
  post(std::move(letters));
}

}  // namespace howdah::pool
