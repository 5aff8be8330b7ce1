// Commands that need a database to which nobody else is connected: DROP DATABASE, ALTER DATABASE ... RENAME TO and
// ... SET TABLESPACE, and CREATE DATABASE, of its template. (PostgreSQL documentation: "DROP DATABASE", "ALTER
// DATABASE", "CREATE DATABASE")
#pragma once

#include <string_view>

#include "protocol/error_fields.h"

namespace howdah::protocol {

// The text begins with CREATE, ALTER or DROP DATABASE. Cheap for most others.
[[nodiscard]] bool is_database_command(std::string_view text);

// Such a command was refused since others are connected. It has done nothing then.
[[nodiscard]] bool is_database_in_use(const ErrorFields& error);
// The message of that error, in whatever language, names this database; perhaps it only has the word.
[[nodiscard]] bool names_database(std::string_view message, std::string_view name);

}  // namespace howdah::protocol
