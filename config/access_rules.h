// Which rule of `auth` decides how a client logs in: the first that matches, as in pg_hba.conf.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "config/settings.h"

namespace howdah::config {

struct ConnectionFacts {
  bool is_local = false;          // by a Unix socket
  std::string_view address = {};  // 4 or 16 bytes, network order; empty where local
  std::string_view database;
  std::string_view user;
};

// Nothing where no rule matches: the client is rejected.
[[nodiscard]] std::optional<AuthMethod> match_access_rule(const std::vector<AuthRule>& rules,
                                                          const ConnectionFacts& facts);

}  // namespace howdah::config
