// Splits the text of a query into statements and their words. Pure text: no meaning is given to a word here.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace howdah::admin {

struct Statement {
  std::string text;                // from its first word to its last
  std::vector<std::string> words;  // in lower case where not quoted; quotes are gone; each symbol is a word
};

// Statements end at a semicolon outside of quotes and comments; those without words are left out.
// Comments ("-- to the end of the line", "/* nested */") count as white space.
// The error says what has no end. (PostgreSQL documentation: "Lexical Structure")
[[nodiscard]] std::expected<std::vector<Statement>, std::string> split_statements(std::string_view text);

}  // namespace howdah::admin
