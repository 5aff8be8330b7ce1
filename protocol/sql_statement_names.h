// The prepared statements that SQL text itself names: PREPARE name, EXECUTE name, DEALLOCATE name.
// (PostgreSQL documentation: "PREPARE", "EXECUTE", "DEALLOCATE", "Lexical Structure")
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace howdah::protocol {

// In the order of the text, as PostgreSQL would know them: folded, unquoted.
struct SqlStatementNames {
  std::vector<std::string> prepared;
  std::vector<std::string> executed;
  std::vector<std::string> deallocated;  // ALL is not among them
};

// Reads words outside of comments and constants. It knows no grammar: a name too many does no harm.
[[nodiscard]] SqlStatementNames read_statement_names(std::string_view text);

}  // namespace howdah::protocol
