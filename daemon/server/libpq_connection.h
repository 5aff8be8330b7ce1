// A PGconn and its owners' deleters, without libpq's header.
#pragma once

#include <memory>

struct pg_conn;

namespace howdah::server {

struct ConnectionDeleter {
  void operator()(pg_conn* connection) const;
};
using ConnectionPointer = std::unique_ptr<pg_conn, ConnectionDeleter>;

}  // namespace howdah::server
