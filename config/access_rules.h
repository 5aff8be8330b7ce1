// Which rule of `auth` decides how a client logs in: the first that matches, as in pg_hba.conf.
#pragma once

#include <string_view>
#include <vector>

#include "config/settings.h"

namespace howdah::config {

struct ConnectionFacts {
  bool is_local = false;          // by a Unix socket
  bool is_encrypted = false;      // by TLS
  std::string_view address = {};  // 4 or 16 bytes, network order; empty where local
  std::string_view database;
  std::string_view user;
};

// `address` as in ConnectionFacts.
[[nodiscard]] bool is_from(const Origin& origin, bool is_local, std::string_view address);

// A rule of `rules`; null where none matches: the client is rejected.
[[nodiscard]] const AuthRule* match_access_rule(const std::vector<AuthRule>& rules, const ConnectionFacts& facts);

}  // namespace howdah::config
