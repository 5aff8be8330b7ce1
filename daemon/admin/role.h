// What somebody may do on the console.
#pragma once

#include <optional>
#include <string>

#include "config/settings.h"

namespace howdah::admin {

enum class Role {
  Looks,  // SHOW
  Acts    // all
};

// Nothing: the console is closed to this user.
[[nodiscard]] std::optional<Role> role_of(const std::string& user, const config::AdminSettings& settings);

}  // namespace howdah::admin
