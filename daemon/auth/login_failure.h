// What a client hears that did not prove who it is: PostgreSQL's own words and SQLSTATE for each method, the same for
// known and unknown users.
#pragma once

#include <string>

#include "config/settings.h"
#include "protocol/error_fields.h"

namespace howdah::auth {

[[nodiscard]] protocol::ErrorFields login_failure(config::AuthMethod method, const std::string& user);

}  // namespace howdah::auth
