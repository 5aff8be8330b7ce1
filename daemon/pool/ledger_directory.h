// The ledgers of all pools, one for all workers. Any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "daemon/pool/pool_ledger.h"

namespace howdah::pool {

struct PoolName {
  std::string database;  // as clients call it
  std::string user;      // as the backend knows it; empty where the connection string says so
  auto operator<=>(const PoolName&) const = default;
};

class LedgerDirectory {
 public:
  // Made when first asked for; it stays to the end.
  [[nodiscard]] PoolLedger& ledger(const PoolName& name, const config::PoolSettings& settings) {
    const std::lock_guard lock(mutex_);
    auto& ledger = ledgers_[name];
    if (!ledger) ledger = std::make_unique<PoolLedger>(settings);
    return *ledger;
  }

 private:
  std::mutex mutex_;
  std::map<PoolName, std::unique_ptr<PoolLedger>> ledgers_;  // under mutex_
};

}  // namespace howdah::pool
