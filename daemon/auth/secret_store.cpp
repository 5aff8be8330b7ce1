#include "daemon/auth/secret_store.h"

namespace howdah::auth {

SecretStore::SecretStore(const config::Settings& settings) {
  std::size_t verifier_count = 0;
  for (const auto& [name, user] : settings.users) {
    if (!user.password) continue;
    auto secret = protocol::parse_secret(*user.password);
    if (!secret) continue;
    if (std::holds_alternative<protocol::ScramVerifier>(*secret)) ++verifier_count;
    secrets_.emplace(name, std::move(*secret));
  }
  if (secrets_.size() > 2 * verifier_count) unknown_user_ = UnknownUser::MeetsMd5;
}

std::optional<protocol::Secret> SecretStore::find(std::string_view user) const {
  const auto found = secrets_.find(user);
  if (found == secrets_.end()) return std::nullopt;
  return found->second;
}

}  // namespace howdah::auth
