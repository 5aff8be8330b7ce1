// Which pool serves whom: one for each database entry and backend user, made when first asked for. One for each worker,
// on its thread; the pools of all workers share their ledgers.
#pragma once

#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "daemon/pool/pool.h"

namespace howdah::pool {

class PoolDirectory {
 public:
  PoolDirectory(std::shared_ptr<const config::Settings> settings, PoolEnvironment environment,
                LedgerDirectory& ledgers);

  // The pool for a client that has logged in; 3D000 where no entry serves the database. Pools stay until the end.
  [[nodiscard]] std::expected<Pool*, protocol::ErrorFields> find(const std::string& database, const std::string& user);
  // Its name; nothing where no entry serves the database.
  [[nodiscard]] std::optional<PoolName> name_of(const std::string& database, const std::string& user) const;
  // The entry that serves a database; null where there is none.
  [[nodiscard]] const config::DatabaseSettings* entry(const std::string& database) const;

  // On all workers: see LedgerDirectory.
  [[nodiscard]] Eviction evict(std::string_view message) { return ledgers_.evict(message); }

  // Makes the pools that keep connections from the start: entries with a min_size whose user is known.
  void start();
  [[nodiscard]] bool have_settled() const;
  void drain();
  // These hold from now on, for pools that are there or will be. Where a backend is another one its servers go as soon
  // as they are free; pools that nobody can come to any more keep none.
  void adopt(std::shared_ptr<const config::Settings> settings);
  // Of a database, empty: of all.
  void drop_abandoned(const std::string& database);
  // By an administrator: no more clients.
  [[nodiscard]] bool is_disabled(const std::string& database) const { return ledgers_.is_disabled(database); }

  // But for those that have ended: nobody can come to them, and all is gone.
  [[nodiscard]] std::vector<const Pool*> pools() const;

 private:
  [[nodiscard]] Pool& make(const PoolName& name, const config::DatabaseSettings& entry);
  [[nodiscard]] server::BackendTarget target_of(const PoolName& name, const config::DatabaseSettings& entry) const;
  void read_own_users();

  std::shared_ptr<const config::Settings> settings_;
  PoolEnvironment environment_;
  LedgerDirectory& ledgers_;
  std::map<std::string, std::string> own_users_;  // of each entry: the user that its connection string names
  std::map<PoolName, std::unique_ptr<Pool>> pools_;
  bool is_draining_ = false;
};

}  // namespace howdah::pool
