// What a libpq connection string or URI says of itself.
// (PostgreSQL documentation: "Connection Strings", PQconninfoParse)
#pragma once

#include <string>

namespace howdah::server {

struct ConnectionString {
  std::string user;      // empty: none named
  std::string database;  // likewise
  std::string error;     // empty: it can be read
};

[[nodiscard]] ConnectionString read_connection_string(const std::string& text);

}  // namespace howdah::server
