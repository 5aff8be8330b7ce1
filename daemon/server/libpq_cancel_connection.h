// A cancel request as libpq 17 sends it: over TLS where the connection has it, with the same checks, and in the time
// that connect_timeout says. Looked for when the program runs, so that it is built with an older libpq too. (PostgreSQL
// documentation: "Canceling Queries in Progress": PQcancelCreate, PQcancelBlocking)
#pragma once

#include <memory>

#include "daemon/server/libpq_cancel.h"

namespace howdah::server {

// Null where libpq has no such.
[[nodiscard]] std::shared_ptr<CancelRequest> make_encrypted_request(pg_conn* connection);

}  // namespace howdah::server
