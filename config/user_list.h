// PgBouncer's auth_file (userlist.txt): "name" "secret" on each line, with quotes doubled inside. What stands behind
// them, and lines that begin with ';', are passed over. (PgBouncer documentation: "Authentication File Format")
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/mistake.h"

namespace howdah::config {

struct UserList {
  // Secrets that protocol::parse_secret takes; nothing where the file has an empty one. Of a name that comes twice the
  // last one.
  std::map<std::string, std::optional<std::string>> secrets;
  std::vector<Mistake> mistakes;  // with nothing of a secret, or of what may be one
};

// `text` may be anything.
[[nodiscard]] UserList read_user_list(std::string_view text);

}  // namespace howdah::config
