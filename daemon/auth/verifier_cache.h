// SCRAM keys of users whose secret is plain text, so that they are derived once and not at every log-in.
// Holds at most one entry for each user who was configured with plain text since the last `keep_only`. Any thread.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/scram_verifier.h"

namespace howdah::auth {

class VerifierCache {
 public:
  // The keys, if they have been derived for just this password and challenge. Never takes long.
  [[nodiscard]] std::optional<protocol::ScramKeys> find(std::string_view user, std::string_view password,
                                                        const protocol::ScramChallenge& challenge) const;
  // The keys; derives them without holding the lock, where they are not there: off the loop only.
  [[nodiscard]] protocol::ScramKeys derive(std::string_view user, std::string_view password,
                                           const protocol::ScramChallenge& challenge);
  // What is known of users for whom this is false goes, with their passwords.
  template <typename Wanted>
  void keep_only(const Wanted& is_wanted) {
    const std::lock_guard lock(mutex_);
    std::erase_if(entries_, [&](const auto& entry) { return !is_wanted(entry.first); });
  }

 private:
  struct Entry {
    protocol::SecretText password;
    protocol::ScramChallenge challenge;
    protocol::ScramKeys keys;
  };

  mutable std::mutex mutex_;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace howdah::auth
