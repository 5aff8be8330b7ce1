#include "daemon/auth/remembered_passwords.h"

#include <algorithm>
#include <utility>

namespace howdah::auth {

RememberedPasswords::Generation RememberedPasswords::keep(const DatabaseUser& name,
                                                          std::optional<protocol::SecretText> password, TimePoint now) {
  const std::lock_guard lock(mutex_);
  if (!entries_.contains(name)) make_room();
  const auto generation = ++last_;
  entries_.insert_or_assign(name, Entry{.generation = generation,
                                        .since = now,
                                        .password = std::move(password),
                                        .verifier = std::nullopt,
                                        .until = now});
  return generation;
}

void RememberedPasswords::make_room() {
  if (entries_.size() < most_) return;
  const auto oldest = std::ranges::min_element(entries_, {}, [](const auto& entry) { return entry.second.since; });
  if (oldest != entries_.end()) entries_.erase(oldest);
}

void RememberedPasswords::keep_verifier(const DatabaseUser& name, Generation generation,
                                        const protocol::ScramVerifier& verifier, TimePoint until) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(name);
  if (found == entries_.end() || found->second.generation != generation) return;
  found->second.verifier = verifier;
  found->second.until = until;
}

std::optional<protocol::ScramVerifier> RememberedPasswords::verifier(const DatabaseUser& name, TimePoint now) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(name);
  if (found == entries_.end() || found->second.until <= now) return std::nullopt;
  return found->second.verifier;
}

std::optional<protocol::SecretText> RememberedPasswords::password(const DatabaseUser& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(name);
  return found == entries_.end() ? std::nullopt : found->second.password;
}

void RememberedPasswords::forget_verifiers() {
  const std::lock_guard lock(mutex_);
  for (auto& [name, entry] : entries_) {
    entry.verifier.reset();
    entry.generation = ++last_;  // those that are being made are of no use
  }
}

bool RememberedPasswords::forget(const DatabaseUser& name, const protocol::SecretText& password) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(name);
  if (found == entries_.end()) return false;
  const auto& known = found->second.password;
  if (known && !protocol::is_equal_in_constant_time(known->view(), password.view())) return true;
  entries_.erase(found);
  return false;
}

}  // namespace howdah::auth
