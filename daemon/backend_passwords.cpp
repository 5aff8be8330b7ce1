#include "daemon/backend_passwords.h"

#include "daemon/auth/kept_password.h"
#include "daemon/auth/passed_keys.h"
#include "daemon/os/command.h"
#include "daemon/server/command_password.h"
#include "daemon/server/connection_string.h"
#include "daemon/server/file_password.h"

namespace howdah {

namespace {

bool is_same_source(const config::DatabaseSettings& one, const config::DatabaseSettings& other) {
  return one.password_command == other.password_command && one.password_file == other.password_file &&
         one.password_ttl == other.password_ttl && one.password_timeout == other.password_timeout;
}

}  // namespace

server::PasswordSource* BackendPasswords::find(const pool::PoolName& name, const config::DatabaseSettings& entry) {
  const bool is_of_entry = !entry.password_command.empty() || !entry.password_file.empty();
  if (!is_of_entry && has_own_password(name, entry)) return nullptr;
  const std::lock_guard lock(mutex_);
  return is_of_entry ? find_for_entry(entry) : find_for_user(name, entry);
}

server::PasswordSource* BackendPasswords::find_for_entry(const config::DatabaseSettings& entry) {
  auto& known = of_entries_[entry.name];
  if (known.source && !is_same_source(*known.entry, entry)) replaced_.push_back(std::exchange(known, {}));
  if (!known.source) {
    known.entry = std::make_shared<const config::DatabaseSettings>(entry);
    known.source = make_for_entry(*known.entry);
  }
  return known.source.get();
}

server::PasswordSource* BackendPasswords::find_for_user(const pool::PoolName& name,
                                                        const config::DatabaseSettings& entry) {
  auto& source = of_users_[{name, entry.scram_pass_through}];
  if (!source) source = make_for_user(name, entry);
  return source.get();
}

BackendPasswords::Source BackendPasswords::make_for_entry(const config::DatabaseSettings& entry) {
  if (entry.password_command.empty()) {
    return std::make_unique<server::FilePassword>(entry.password_file, threads_.password_sources, commons_.log);
  }
  return std::make_unique<server::CommandPassword>(
      entry, server::CommandPassword::Environment{
                 .off_load = [this](auto work) { return threads_.password_sources.submit(std::move(work)); },
                 .run =
                     [this, &entry] {
                       return os::run_command(entry.password_command, entry.password_timeout, threads_.are_ending);
                     },
                 .now = [] { return std::chrono::steady_clock::now(); },
                 .log = commons_.log});
}

BackendPasswords::Source BackendPasswords::make_for_user(const pool::PoolName& name,
                                                         const config::DatabaseSettings& entry) {
  const auth::DatabaseUser user{.database = name.database, .user = name.user};
  if (entry.scram_pass_through) return std::make_unique<auth::PassedKeysSource>(commons_.passed_keys, user);
  return std::make_unique<auth::KeptPassword>(commons_.remembered_passwords, user);
}

// A connection string that names a user has a password of its own, or none is asked for.
bool BackendPasswords::has_own_password(const pool::PoolName& name, const config::DatabaseSettings& entry) const {
  const auto keywords = server::read_connection_string(entry.backend);
  if (keywords && keywords->contains("user")) return true;
  const auto settings = commons_.live.current();
  const auto user = settings->users.find(name.user);
  if (user == settings->users.end() || !user->second.password) return false;
  const auto secret = protocol::parse_secret(*user->second.password);
  return secret && std::holds_alternative<protocol::PlainSecret>(*secret);
}

}  // namespace howdah
