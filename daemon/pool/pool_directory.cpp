#include "daemon/pool/pool_directory.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "config/serving_entry.h"
#include "daemon/server/connection_string.h"
#include "protocol/password.h"
#include "protocol/sqlstate.h"

namespace howdah::pool {

PoolDirectory::PoolDirectory(std::shared_ptr<const config::Settings> settings, PoolEnvironment environment,
                             LedgerDirectory& ledgers)
    : settings_(std::move(settings)), environment_(environment), ledgers_(ledgers) {
  read_own_users();
}

void PoolDirectory::read_own_users() {
  own_users_.clear();
  for (const auto& [name, entry] : settings_->databases) {
    const auto keywords = server::read_connection_string(entry.backend);
    own_users_[name] = keywords ? server::value_of(*keywords, "user") : "";
  }
}

std::optional<PoolName> PoolDirectory::name_of(const std::string& database, const std::string& user) const {
  const auto* serving = this->entry(database);
  if (serving == nullptr) return std::nullopt;
  const auto& own_user = own_users_.at(serving->name);
  return PoolName{database, own_user.empty() ? user : own_user};
}

const config::DatabaseSettings* PoolDirectory::entry(const std::string& database) const {
  return config::serving_entry(*settings_, database);
}

std::expected<Pool*, protocol::ErrorFields> PoolDirectory::find(const std::string& database, const std::string& user) {
  const auto* serving = this->entry(database);
  if (serving == nullptr) {
    return std::unexpected(protocol::make_error(protocol::Severity::Fatal, protocol::sqlstate::kInvalidCatalogName,
                                                "database \"" + database + "\" does not exist"));
  }
  const auto name = *name_of(database, user);
  const auto found = pools_.find(name);
  return found != pools_.end() ? found->second.get() : &make(name, *serving);
}

server::BackendTarget PoolDirectory::target_of(const PoolName& name, const config::DatabaseSettings& entry) const {
  server::BackendTarget target{.connection_string = entry.backend,
                               .user = name.user,
                               .database = name.database,
                               .password = {},
                               .tcp_socket_buffer = entry.pool.tcp_socket_buffer};
  if (environment_.passwords != nullptr) target.passwords = environment_.passwords->find(name, entry);
  const auto user = settings_->users.find(name.user);
  if (user != settings_->users.end() && user->second.password) {
    const auto secret = protocol::parse_secret(*user->second.password);
    const auto* plain = secret ? std::get_if<protocol::PlainSecret>(&*secret) : nullptr;
    if (plain != nullptr) target.password = plain->text;
  }
  return target;
}

Pool& PoolDirectory::make(const PoolName& name, const config::DatabaseSettings& entry) {
  const auto keywords = server::read_connection_string(entry.backend);
  const auto own_database = keywords ? server::value_of(*keywords, "dbname") : "";
  auto& ledger = ledgers_.ledger(name, entry.pool, own_database.empty() ? name.database : own_database);
  auto pool = std::make_unique<Pool>(name, entry.pool, target_of(name, entry), environment_, ledger);
  auto& made = *pool;
  pools_.emplace(name, std::move(pool));
  if (is_draining_) made.drain();
  made.start();
  return made;
}

void PoolDirectory::start() {
  for (const auto& [database, serving] : settings_->databases) {
    if (serving.pool.min_size == 0 || database == "*") continue;
    if (!own_users_.at(database).empty()) {
      std::ignore = find(database, "");
      continue;
    }
    for (const auto& [user, unused] : settings_->users) std::ignore = find(database, user);
  }
}

bool PoolDirectory::have_settled() const {
  return std::ranges::all_of(pools_, [](const auto& entry) { return entry.second->has_settled(); });
}

void PoolDirectory::drain() {
  is_draining_ = true;
  for (const auto& [name, pool] : pools_) pool->drain();
}

void PoolDirectory::adopt(std::shared_ptr<const config::Settings> settings) {
  const auto before = std::exchange(settings_, std::move(settings));
  read_own_users();
  for (const auto& [name, pool] : pools_) {
    const auto* serving = entry(name.database);
    if (serving == nullptr || name_of(name.database, name.user) != name) {
      pool->retire();
      continue;
    }
    auto target = target_of(name, *serving);
    auto pool_settings = serving->pool;
    if (before->users.contains(name.user) && !settings_->users.contains(name.user)) {
      // Who has logged in stays, as in PostgreSQL, but no new server is made in advance.
      target.password = pool->target().password;
      target.passwords = pool->target().passwords;
      pool_settings.min_size = 0;
    }
    pool->adopt(pool_settings, target);
  }
}

void PoolDirectory::drop_abandoned(const std::string& database) {
  for (const auto& [name, pool] : pools_) {
    if (database.empty() || name.database == database) pool->drop_abandoned();
  }
}

std::vector<const Pool*> PoolDirectory::pools() const {
  std::vector<const Pool*> all;
  all.reserve(pools_.size());
  for (const auto& [name, pool] : pools_) {
    if (!pool->has_ended()) all.push_back(pool.get());
  }
  return all;
}

}  // namespace howdah::pool
