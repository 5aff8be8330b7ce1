// The ledgers of all pools, one for all workers. Any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

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
      set_up_move(name, *entry.ledger);
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

  // --- beside another process that has the same pools: pool_moves.cpp

  struct Held {
    PoolName name;
    std::size_t connections = 0;
  };
  // Those that the other process counts here: all connections, and one more where somebody waits and there is none.
  [[nodiscard]] std::vector<Held> held_connections();
  // See PoolLedger; for all pools that are and will be.
  void give_way();
  void end_giving_way();
  // Nobody makes a connection before begin_growing().
  void hold_growth();
  void begin_growing();
  // What the other process has of this pool. Before begin_growing() too.
  void set_elsewhere(const PoolName& name, std::size_t connections);
  // It has gone.
  void forget_elsewhere();

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
  void set_up_move(const PoolName& name, PoolLedger& ledger) const;  // under mutex_

  std::mutex mutex_;
  bool is_giving_way_ = false;                 // under mutex_
  bool is_growth_held_ = false;                // under mutex_
  std::map<PoolName, std::size_t> elsewhere_;  // under mutex_
  std::map<PoolName, Entry> ledgers_;          // under mutex_
  std::map<std::string, Database> databases_;  // as clients call them; under mutex_
  stats::Orders orders_;                       // under mutex_
};

}  // namespace howdah::pool
