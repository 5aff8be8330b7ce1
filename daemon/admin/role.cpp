#include "daemon/admin/role.h"

#include <algorithm>

namespace howdah::admin {

std::optional<Role> role_of(const std::string& user, const config::AdminSettings& settings) {
  const auto is_among = [&user](const auto& names) { return std::ranges::find(names, user) != names.end(); };
  if (is_among(settings.users)) return Role::Acts;
  if (is_among(settings.stats_users)) return Role::Looks;
  return std::nullopt;
}

}  // namespace howdah::admin
