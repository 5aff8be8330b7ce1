// From PgBouncer: what its configuration file says, as the YAML that does the same here. A comment stands with each
// setting that has another name, another default or no counterpart. The user list and the HBA file are named, not
// copied; only where PgBouncer itself takes a password out of the list for a log-in to a server is it written into the
// YAML, which is a secret then.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "config/configuration.h"

namespace howdah::config {

// `path` is read, and the files that it names. All mistakes at once, each with its file and line.
[[nodiscard]] std::expected<std::string, std::vector<Problem>> import_pgbouncer(const std::string& path,
                                                                                const Outside& outside);

}  // namespace howdah::config
