#include "protocol/statement_pattern.h"

#include "protocol/sql_lexer.h"

namespace howdah::protocol {

namespace {

bool is_digit(const SqlToken& token) {
  return token.kind == SqlToken::Kind::Other && token.source >= "0" && token.source <= "9";
}

// Strings of all kinds; a parameter is `$` and a digit.
bool is_string(const SqlToken& token) {
  return token.kind == SqlToken::Kind::Other && token.source.size() > 1;
}

const char* end_of(const SqlToken& token) {
  return token.source.data() + token.source.size();
}

}  // namespace

std::string statement_pattern(std::string_view text, std::size_t most_bytes) {
  std::string pattern;
  const char* end = nullptr;  // of the token before
  bool is_in_number = false;
  SqlLexer lexer(text);
  while (const auto token = lexer.next()) {
    const bool is_adjacent = end == token->source.data();
    end = end_of(*token);
    if (is_in_number && is_adjacent &&
        (is_digit(*token) || token->kind == SqlToken::Kind::Word || token->source == "."))
      continue;
    is_in_number = is_digit(*token);
    if (!is_adjacent && !pattern.empty()) pattern.push_back(' ');
    if (is_in_number || is_string(*token)) {
      pattern.push_back('?');
    } else {
      pattern += token->kind == SqlToken::Kind::Word ? token->text : std::string(token->source);
    }
    if (pattern.size() > most_bytes) return pattern.substr(0, most_bytes) + "...";
  }
  return pattern;
}

}  // namespace howdah::protocol
