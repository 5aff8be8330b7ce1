// A PGconn, its deleter and its beginning, without libpq's header.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "daemon/server/connection_string.h"

struct pg_conn;

namespace howdah::server {

struct ConnectionDeleter {
  void operator()(pg_conn* connection) const;
};
using ConnectionPointer = std::unique_ptr<pg_conn, ConnectionDeleter>;

// Begins to connect; the connection says whether it could. Notices are dropped. It may read files (passwords, services,
// certificates). Null: out of memory. (PostgreSQL documentation: PQconnectStartParams)
[[nodiscard]] ConnectionPointer start_connection(const ConnectionKeywords& keywords);

// A message of libpq, which may have several and ends each, on one line.
[[nodiscard]] std::string one_line(std::string_view message);

}  // namespace howdah::server
