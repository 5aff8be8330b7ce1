// What a server's answers say about prepared statements.
// (PostgreSQL documentation: CommandComplete in "Message Formats"; "PREPARE", "DEALLOCATE", "DISCARD")
#pragma once

#include <string_view>

#include "protocol/error_fields.h"

namespace howdah::protocol {

// The command with this tag changes the catalog, so that a text may mean something else afterwards.
[[nodiscard]] bool is_catalog_change(std::string_view tag);
// The tag is one of those, or tells that statements were prepared or dropped by SQL.
[[nodiscard]] bool tells_of_statements(std::string_view tag);

// The catalog has changed under a prepared statement, which is of no use any more.
[[nodiscard]] bool is_statement_outdated(const ErrorFields& error);
// The error is that one, or its text holds the name that a server knows a statement by.
[[nodiscard]] bool tells_of_statements(const ErrorFields& error);

}  // namespace howdah::protocol
