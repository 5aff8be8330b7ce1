// What a libpq connection string or URI says, as keywords and values.
// (PostgreSQL documentation: "Connection Strings", "Parameter Key Words")
#pragma once

#include <expected>
#include <map>
#include <string>

namespace howdah::server {

using ConnectionKeywords = std::map<std::string, std::string>;

// Only what the text names; the error is libpq's.
[[nodiscard]] std::expected<ConnectionKeywords, std::string> read_connection_string(const std::string& text);

// The value of a keyword; empty where it is not named.
[[nodiscard]] std::string value_of(const ConnectionKeywords& keywords, const std::string& keyword);

}  // namespace howdah::server
