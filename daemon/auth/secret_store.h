// The secrets of the configured users: an immutable snapshot, made anew at a reload. Any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "config/settings.h"
#include "protocol/password.h"

namespace howdah::auth {

class SecretStore {
 public:
  // A password that is no secret (see protocol::parse_secret) leaves its user without one.
  explicit SecretStore(const config::Settings& settings);

  // Nothing for an unknown user, and for one without a password: neither can log in with one.
  [[nodiscard]] std::optional<protocol::Secret> find(std::string_view user) const;

 private:
  std::map<std::string, protocol::Secret, std::less<>> secrets_;
};

}  // namespace howdah::auth
