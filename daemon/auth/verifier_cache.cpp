#include "daemon/auth/verifier_cache.h"

#include "protocol/crypto.h"

namespace howdah::auth {

std::optional<protocol::ScramKeys> VerifierCache::find(std::string_view user, std::string_view password,
                                                       const protocol::ScramChallenge& challenge) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(user);
  if (found == entries_.end()) return std::nullopt;
  const auto& entry = found->second;
  if (entry.challenge != challenge || !protocol::is_equal_in_constant_time(entry.password.view(), password))
    return std::nullopt;
  return entry.keys;
}

protocol::ScramKeys VerifierCache::derive(std::string_view user, std::string_view password,
                                          const protocol::ScramChallenge& challenge) {
  if (auto known = find(user, password, challenge)) return *known;
  Entry entry{.password = protocol::SecretText(password),
              .challenge = challenge,
              .keys = protocol::derive_scram_keys(password, challenge)};
  const auto keys = entry.keys;
  const std::lock_guard lock(mutex_);
  entries_.insert_or_assign(std::string(user), std::move(entry));
  return keys;
}

}  // namespace howdah::auth
