// What all log-ins of this process share: the secret behind mock challenges, and SCRAM keys derived from
// plain text. One per process, never shown. Any thread.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/auth/secret_store.h"
#include "daemon/auth/verifier_cache.h"
#include "daemon/os/random.h"
#include "protocol/scram_verifier.h"

namespace howdah::auth {

class ServerSecrets {
 public:
  explicit ServerSecrets(os::RandomSource& random);
  ~ServerSecrets();
  ServerSecrets(const ServerSecrets&) = delete;
  ServerSecrets& operator=(const ServerSecrets&) = delete;

  // The challenge for a user without a SCRAM verifier, whether unknown or with a plain secret: one looks like
  // the other.
  [[nodiscard]] protocol::ScramChallenge challenge_for(std::string_view user) const;

  // Derives the keys of all plain secrets, a millisecond each, so that not even the first log-in of a user
  // takes longer than that of a user who does not exist; and forgets those of users who are not there any more. For a
  // helper thread after the start and after a reload.
  // It gives up once `is_ending`. How many there were.
  std::size_t derive_all(const SecretStore& store, const std::atomic<bool>& is_ending) const;

  [[nodiscard]] const std::shared_ptr<VerifierCache>& verifiers() const { return verifiers_; }

 private:
  std::string process_secret_;
  std::shared_ptr<VerifierCache> verifiers_;
};

}  // namespace howdah::auth
