// SCRAM keys of users whose secret is plain text, so that they are derived once and not at every log-in.
// Holds at most one entry per user that has ever been configured with plain text; clear it at a reload. Any
// thread.
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
  void clear();

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
