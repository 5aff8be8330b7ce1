// What an auth_query has said of a user.
#pragma once

#include <chrono>
#include <optional>

#include "protocol/password.h"

namespace howdah::auth {

struct LookedUpSecret {
  using WallTime = std::chrono::system_clock::time_point;

  std::optional<protocol::Secret> secret = {};  // nothing: unknown, or one who cannot log in
  std::optional<WallTime> valid_until = {};

  [[nodiscard]] std::optional<protocol::Secret> at(WallTime now) const {
    return valid_until && *valid_until <= now ? std::nullopt : secret;
  }
};

}  // namespace howdah::auth
