// Where the pools' log-ins find their secrets, beside the connection string and `users`: made when first asked for, one
// for all workers; those that a reload has replaced stay, since log-ins may be asking them. Any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "daemon/commons.h"
#include "daemon/pool/pool.h"
#include "daemon/server/password_source.h"

namespace howdah {

class BackendPasswords final : public pool::PasswordDirectory {
 public:
  BackendPasswords(Commons& commons, OffloadThreads& threads) : commons_(commons), threads_(threads) {}

  [[nodiscard]] server::PasswordSource* find(const pool::PoolName& name,
                                             const config::DatabaseSettings& entry) override;

 private:
  using Source = std::unique_ptr<server::PasswordSource>;
  // With what it was made from, which it needs.
  struct OfEntry {
    std::shared_ptr<const config::DatabaseSettings> entry;
    Source source;
  };

  [[nodiscard]] server::PasswordSource* find_for_entry(const config::DatabaseSettings& entry);
  [[nodiscard]] server::PasswordSource* find_for_user(const pool::PoolName& name,
                                                      const config::DatabaseSettings& entry);
  [[nodiscard]] Source make_for_entry(const config::DatabaseSettings& entry);
  [[nodiscard]] Source make_for_user(const pool::PoolName& name, const config::DatabaseSettings& entry);
  [[nodiscard]] bool has_own_password(const pool::PoolName& name, const config::DatabaseSettings& entry) const;

  Commons& commons_;
  OffloadThreads& threads_;
  std::mutex mutex_;
  std::map<std::string, OfEntry> of_entries_;                   // under mutex_
  std::vector<OfEntry> replaced_;                               // under mutex_
  std::map<std::pair<pool::PoolName, bool>, Source> of_users_;  // those that pass keys are `true`; under mutex_
};

}  // namespace howdah
