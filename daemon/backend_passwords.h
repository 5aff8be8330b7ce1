// Where the pools' log-ins find their secrets, beside the connection string and `users`: made when first asked for, one
// for all workers. Any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>

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

  [[nodiscard]] Source make_for_entry(const config::DatabaseSettings& entry);
  [[nodiscard]] Source make_for_user(const pool::PoolName& name, const config::DatabaseSettings& entry);
  [[nodiscard]] bool has_own_password(const pool::PoolName& name, const config::DatabaseSettings& entry) const;

  Commons& commons_;
  OffloadThreads& threads_;
  std::mutex mutex_;
  std::map<std::string, Source> of_entries_;   // under mutex_
  std::map<pool::PoolName, Source> of_users_;  // under mutex_
};

}  // namespace howdah
