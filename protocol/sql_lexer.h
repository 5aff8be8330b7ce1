// The words of SQL text: identifiers and key words, without comments, constants and operators.
// (PostgreSQL documentation: "Lexical Structure")
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace howdah::protocol {

struct SqlToken {
  enum class Kind { Word, QuotedName, Other };
  Kind kind = Kind::Other;
  std::string text = {};         // a word in lower case, a quoted name without its quotes, else one character
  std::string_view source = {};  // as it stands in the text
};

class SqlLexer {
 public:
  explicit SqlLexer(std::string_view text) : rest_(text) {}

  // Nothing at the end. Constants count as one `Other`; what is cut off ends with the text.
  [[nodiscard]] std::optional<SqlToken> next();
  // What stands behind the last token.
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  [[nodiscard]] SqlToken read();
  void skip_blanks();
  void skip_block_comment();
  void skip_string(bool has_escapes);
  [[nodiscard]] bool skip_dollar_quoted();
  [[nodiscard]] SqlToken quoted_name();
  [[nodiscard]] SqlToken word();

  std::string_view rest_;
};

}  // namespace howdah::protocol
