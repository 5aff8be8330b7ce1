// The keywords and values that libpq gets for a backend: the connection string's own, what a pool adds to them, and the
// addresses of its hosts, looked up beforehand.
// (PostgreSQL documentation: "Parameter Key Words", "Specifying Multiple Hosts")
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "daemon/server/backend_connector.h"
#include "daemon/server/connection_string.h"

namespace howdah::server {

// What the string says, completed by the target's user, database and password where it names none, and by our own
// defaults. The error is libpq's text.
[[nodiscard]] std::expected<ConnectionKeywords, std::string> read_keywords(const BackendTarget& target);

// Whether a host has to be looked up: it is a name, and no hostaddr stands beside it.
[[nodiscard]] bool needs_look_up(const ConnectionKeywords& keywords);
// Every address of a name, in the order of the answer; or why there is none. Blocks.
[[nodiscard]] std::expected<std::vector<std::string>, std::string> look_up_name(const std::string& name);
// Looks the hosts up and puts every address into hostaddr, beside its name in host. Blocks: never on a loop.
[[nodiscard]] std::expected<ConnectionKeywords, std::string> look_up_hosts(const ConnectionKeywords& keywords);

// The error of a failed log-in, from libpq's text in verbose mode: the backend's own SQLSTATE and message where it
// spoke
// ("FATAL:  3D000: database ..."), else 08001 and the whole text.
[[nodiscard]] protocol::ErrorFields read_login_error(const std::string& text);

}  // namespace howdah::server
