// The hosts that a log-in may try, one after the other, as they stand in the parallel lists host, hostaddr and port of
// a connection string. (PostgreSQL documentation: "Specifying Multiple Hosts")
#pragma once

#include <string>
#include <vector>

#include "daemon/server/connection_string.h"

namespace howdah::server {

struct Host {
  std::string name;     // or an address, or the folder of a socket
  std::string address;  // empty: `name` says it
  std::string port;     // empty: the default

  friend bool operator==(const Host&, const Host&) = default;
};

// Empty where the string names none, since a service file may, and where its lists do not fit each other, of which
// libpq will complain.
[[nodiscard]] std::vector<Host> hosts_of(const ConnectionKeywords& keywords);
void set_hosts(ConnectionKeywords& keywords, const std::vector<Host>& hosts);

// A name, which has to be looked up: no address, no socket.
[[nodiscard]] bool is_name(const std::string& host);
// Those of the hosts that have to be looked up, each once.
[[nodiscard]] std::vector<std::string> names_of(const ConnectionKeywords& keywords);

}  // namespace howdah::server
