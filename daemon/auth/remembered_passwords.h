// Passwords that PostgreSQL itself has taken (the method `backend`): a verifier, so that for a while the next log-in
// with the same one asks nobody, and where the pool logs in as the client's user the password itself, until the backend
// refuses it. In memory only, one for all workers. Any thread.
#pragma once

#include <chrono>
#include <compare>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "protocol/crypto.h"
#include "protocol/scram_verifier.h"

namespace howdah::auth {

// As the client names both.
struct DatabaseUser {
  std::string database;
  std::string user;
  auto operator<=>(const DatabaseUser&) const = default;
};

class RememberedPasswords {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Generation = std::uint64_t;

  explicit RememberedPasswords(std::size_t most = kMost) : most_(most) {}

  // It was right just now: what was known of the user before is forgotten. Without a password (none is to be kept) a
  // verifier may still follow.
  Generation keep(const DatabaseUser& name, std::optional<protocol::SecretText> password, TimePoint now);
  // Of the password kept as that generation; nothing happens where that is the last one no more.
  void keep_verifier(const DatabaseUser& name, Generation generation, const protocol::ScramVerifier& verifier,
                     TimePoint until);

  [[nodiscard]] std::optional<protocol::ScramVerifier> verifier(const DatabaseUser& name, TimePoint now) const;
  [[nodiscard]] std::optional<protocol::SecretText> password(const DatabaseUser& name) const;

  // Name and password of all that are kept with one.
  template <typename Visit>
  void for_each_password(Visit&& visit) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, entry] : entries_) {
      if (entry.password) visit(name, *entry.password);
    }
  }

  // Another backend may judge otherwise: it is asked at the next log-in. Passwords for the pool stay until it refuses
  // them.
  void forget_verifiers();
  // The backend has refused it. Whether another one is known.
  [[nodiscard]] bool forget(const DatabaseUser& name, const protocol::SecretText& password);

 private:
  static constexpr std::size_t kMost = 10'000;
  struct Entry {
    Generation generation;
    TimePoint since;
    std::optional<protocol::SecretText> password;
    std::optional<protocol::ScramVerifier> verifier;
    TimePoint until;  // of the verifier
  };

  void make_room();  // under the lock

  const std::size_t most_;
  mutable std::mutex mutex_;
  std::map<DatabaseUser, Entry> entries_;  // under mutex_
  Generation last_ = 0;                    // under mutex_
};

}  // namespace howdah::auth
