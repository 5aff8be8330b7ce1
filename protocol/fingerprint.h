// What statements have in common that differ in their values only: the text without constants, comments and the way it
// was laid out. Bounded by the text's own length; never fails. (PostgreSQL documentation: "Lexical Structure";
// pg_stat_statements, which folds what the server has parsed, does the same for texts that it can read)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace howdah::protocol {

// Puts the folded text into `folded`. Constants and parameters are $1, $2, ...; a list of nothing but them in
// parentheses is one, and so is a list of such rows; words are in lower case, with one blank between them; comments and
// a `;` at the end are gone. A constant that is cut off reaches to the end: nothing of it is kept, nor
// of what stands behind a backslash and a quote in a plain string, since standard_conforming_strings may be off.
void fold_statement(std::string_view text, std::string& folded);

// Of a folded text; the same in every version.
[[nodiscard]] std::uint64_t fingerprint(std::string_view folded);

}  // namespace howdah::protocol
