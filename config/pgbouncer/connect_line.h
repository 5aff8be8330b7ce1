// The value of a line in [databases], [users] and [peers]: key=value pairs, as in libpq's connection strings but for
// the quotes.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace howdah::config::pgbouncer {

struct ConnectPair {
  std::string key;
  std::string value;
};

// A value stands in single quotes, which are doubled inside, or goes on to the next blank; a backslash is a letter like
// others. Of a key that comes twice the last one counts. The error holds no value.
[[nodiscard]] std::expected<std::vector<ConnectPair>, std::string> read_connect_line(std::string_view text);

}  // namespace howdah::config::pgbouncer
