#include "daemon/auth/server_secrets.h"

#include <span>

#include "protocol/crypto.h"

namespace howdah::auth {

namespace {

constexpr std::size_t kProcessSecretBytes = 32;

}  // namespace

ServerSecrets::ServerSecrets(os::RandomSource& random)
    : process_secret_(kProcessSecretBytes, '\0'), verifiers_(std::make_shared<VerifierCache>()) {
  random.fill(std::as_writable_bytes(std::span(process_secret_)));
}

ServerSecrets::~ServerSecrets() {
  protocol::cleanse(process_secret_);
}

protocol::ScramChallenge ServerSecrets::challenge_for(std::string_view user) const {
  return protocol::mock_scram_challenge(process_secret_, user);
}

std::size_t ServerSecrets::derive_all(const SecretStore& store, const std::atomic<bool>& is_ending) const {
  verifiers_->keep_only([&store](const std::string& user) { return store.find(user).has_value(); });
  std::size_t count = 0;
  store.for_each([&](const std::string& user, const protocol::Secret& secret) {
    const auto* plain = std::get_if<protocol::PlainSecret>(&secret);
    if (plain == nullptr || is_ending) return;
    static_cast<void>(verifiers_->derive(user, plain->text.view(), challenge_for(user)));
    ++count;
  });
  return count;
}

}  // namespace howdah::auth
