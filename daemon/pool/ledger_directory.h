// The ledgers of all pools, one for all workers. Any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "daemon/pool/eviction.h"
#include "daemon/pool/pool_ledger.h"
#include "daemon/stats/snapshot.h"
#include "protocol/database_commands.h"

namespace howdah::pool {

struct PoolName {
  std::string database;  // as clients call it
  std::string user;      // as the backend knows it; empty where the connection string says so
  auto operator<=>(const PoolName&) const = default;
};

class LedgerDirectory {
 public:
  // Made when first asked for; it stays to the end. `backend_database`: the name of its database there.
  [[nodiscard]] PoolLedger& ledger(const PoolName& name, const config::PoolSettings& settings,
                                   const std::string& backend_database) {
    const std::lock_guard lock(mutex_);
    auto& entry = ledgers_[name];
    if (!entry.ledger) {
      auto& shared = databases_[name.database];
      if (!shared.catalog) {
        shared = {.catalog = std::make_shared<CatalogWatch>(settings.state),
                  .channels = std::make_shared<ChannelHub>()};
      }
      entry = {.ledger = std::make_unique<PoolLedger>(settings, shared.catalog, shared.channels),
               .backend_database = backend_database};
      if (orders_.is_paused(name.database)) entry.ledger->pause();
    }
    return *entry.ledger;
  }

  // From all databases that the message of such an error names, whichever backend they are on.
  [[nodiscard]] Eviction evict(std::string_view message) {
    std::vector<PoolLedger*> named;
    const std::lock_guard lock(mutex_);
    for (const auto& [name, entry] : ledgers_) {
      if (protocol::names_database(message, entry.backend_database)) named.push_back(entry.ledger.get());
    }
    return Eviction(std::move(named));
  }

  // --- orders of an administrator: pool_orders.cpp. `database`: as clients call it; empty: all that are and will be.

  // See PoolLedger::pause.
  void pause(const std::string& database);
  // False: nothing was paused, or all are and not this one alone.
  [[nodiscard]] bool resume(const std::string& database);
  void set_disabled(const std::string& database, bool is_disabled);
  [[nodiscard]] bool is_disabled(const std::string& database);
  // See PoolLedger::reconnect.
  void reconnect(const std::string& database);
  // To the backends, those that are being made or left included.
  [[nodiscard]] std::size_t connection_count(const std::string& database);
  [[nodiscard]] std::size_t outdated_count(const std::string& database);
  [[nodiscard]] stats::Orders orders();

 private:
  template <typename Task>
  void for_each_of(const std::string& database, const Task& task) {
    for (auto& [name, entry] : ledgers_) {
      if (database.empty() || name.database == database) task(*entry.ledger);
    }
  }

  struct Entry {
    std::unique_ptr<PoolLedger> ledger;
    std::string backend_database;
  };
  // What the pools of a database share.
  struct Database {
    std::shared_ptr<CatalogWatch> catalog;
    std::shared_ptr<ChannelHub> channels;
  };
  std::mutex mutex_;
  std::map<PoolName, Entry> ledgers_;          // under mutex_
  std::map<std::string, Database> databases_;  // as clients call them; under mutex_
  stats::Orders orders_;                       // under mutex_
};

}  // namespace howdah::pool
