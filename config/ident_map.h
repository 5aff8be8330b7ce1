// Who in the operating system, or in a certificate, may be which user of the database. (PostgreSQL documentation:
// "User Name Maps")
#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/name_pattern.h"

namespace howdah::config {

struct IdentMapping {
  NamePattern system = "";  // a name, or an expression for names
  NamePattern user = "";    // a name, in which \1 is the first group of `system`, or an expression
  bool is_for_all_users = false;
};

using IdentMap = std::vector<IdentMapping>;
using IdentMaps = std::map<std::string, IdentMap, std::less<>>;

// A user of a mapping as it is written; "all" means all where it is not quoted. Or why not.
[[nodiscard]] std::expected<void, std::string> set_user(IdentMapping& mapping, const std::string& text, bool is_quoted);
// Why the two sides do not fit together.
[[nodiscard]] std::expected<void, std::string> check_mapping(const IdentMapping& mapping);

// Whether the map lets `system_user` in as `database_user`. Without a name of a map both must be the same; a
// map that does not exist lets nobody in.
[[nodiscard]] bool map_allows(const IdentMaps& maps, std::string_view map_name, std::string_view system_user,
                              std::string_view database_user);

}  // namespace howdah::config
