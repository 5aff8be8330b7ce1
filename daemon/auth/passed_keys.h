// The keys that clients' SCRAM log-ins have given away (scram_pass_through), for their pools' log-ins: in memory only,
// one for all workers, until the backend refuses them. Any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "daemon/auth/remembered_passwords.h"
#include "daemon/server/password_source.h"
#include "protocol/base64.h"
#include "protocol/scram_pass_through.h"

namespace howdah::auth {

class PassedKeys {
 public:
  // Of a log-in that was right just now. Users who can log in are known to PostgreSQL, or in the configuration: that
  // bounds them.
  void keep(const DatabaseUser& name, const protocol::ScramLoginKeys& keys) {
    const std::lock_guard lock(mutex_);
    if (keys_.size() >= kMost && !keys_.contains(name)) keys_.erase(keys_.begin());
    keys_.insert_or_assign(name, keys);
  }
  [[nodiscard]] std::optional<protocol::ScramLoginKeys> find(const DatabaseUser& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = keys_.find(name);
    return found == keys_.end() ? std::nullopt : std::optional(found->second);
  }
  // Name and keys.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, keys] : keys_) visit(name, keys);
  }
  void forget(const DatabaseUser& name, const protocol::ScramLoginKeys& keys) {
    const std::lock_guard lock(mutex_);
    const auto found = keys_.find(name);
    if (found != keys_.end() && found->second.client_key == keys.client_key) keys_.erase(found);
  }

 private:
  static constexpr std::size_t kMost = 10'000;
  mutable std::mutex mutex_;
  std::map<DatabaseUser, protocol::ScramLoginKeys> keys_;  // under mutex_
};

class PassedKeysSource final : public server::PasswordSource {
 public:
  PassedKeysSource(PassedKeys& keys, DatabaseUser name) : keys_(keys), name_(std::move(name)) {}

  void ask(worker::Mailbox& mailbox, Done done) override {
    server::LoginSecret secret;
    if (const auto keys = keys_.find(name_)) {
      secret.scram_client_key = protocol::SecretText(protocol::base64_encode(protocol::bytes_of(keys->client_key)));
      secret.scram_server_key = protocol::SecretText(protocol::base64_encode(protocol::bytes_of(keys->server_key)));
    }
    mailbox.post([done = std::move(done), secret = std::move(secret)] { done(secret); });
  }
  [[nodiscard]] bool refuse(const server::LoginSecret& secret) override {
    const auto keys = keys_.find(name_);
    if (!keys) return false;
    if (protocol::base64_encode(protocol::bytes_of(keys->client_key)) != secret.scram_client_key.view()) return true;
    keys_.forget(name_, *keys);
    return false;
  }

 private:
  PassedKeys& keys_;
  const DatabaseUser name_;
};

}  // namespace howdah::auth
