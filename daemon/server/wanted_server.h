// What a backend's connection string asks of the server that it leads to, by target_session_attrs. libpq judges each
// log-in by it; this judges a server that has been logged in for a while, by the same rules.
// (PostgreSQL documentation: "Parameter Key Words", target_session_attrs; "Specifying Multiple Hosts")
#pragma once

#include <cstddef>

#include "daemon/server/connection_string.h"

namespace howdah::server {

enum class WantedServer { Any, ReadWrite, ReadOnly, Primary, Standby };

// `prefer-standby` counts as any: whatever a log-in has found may stay.
[[nodiscard]] WantedServer wanted_server(const ConnectionKeywords& keywords);

// Whether a log-in may go to one of several machines: the string names more than one host, or asks for a kind of server
// of a name or an address that may come to mean another one.
[[nodiscard]] bool may_change_hosts(const ConnectionKeywords& keywords);

struct ServerCondition {
  bool is_in_recovery = false;
  bool is_read_only = false;  // its default_transaction_read_only, sessions' own settings apart
};
[[nodiscard]] bool is_fit(WantedServer wanted, const ServerCondition& condition);

}  // namespace howdah::server
