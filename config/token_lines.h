// The lines of a pg_hba.conf or pg_ident.conf as fields, each a list of tokens: comments, quotes, lists with commas,
// and lines that a backslash joins. What the fields mean is told elsewhere. (PostgreSQL documentation: "The
// pg_hba.conf File")
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace howdah::config {

struct Token {
  std::string text;
  bool is_quoted = false;  // from its first byte: then no word in it is special
};

// At least one token.
using TokenField = std::vector<Token>;

struct TokenLine {
  int line = 0;  // of the first one that was joined
  std::vector<TokenField> fields;
  bool has_open_quote = false;  // the line has ended inside of a quotation
};

// Lines with at least one field. `text` may be anything.
[[nodiscard]] std::vector<TokenLine> split_token_lines(std::string_view text);

}  // namespace howdah::config
