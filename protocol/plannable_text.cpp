#include "protocol/plannable_text.h"

#include <algorithm>
#include <array>

#include "protocol/sql_lexer.h"

namespace howdah::protocol {

namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_word(std::string_view text, std::string_view lower_word) {
  constexpr int kCase = 'a' - 'A';
  return std::ranges::equal(text, lower_word, [](char a, char b) { return a == b || a + kCase == b; });
}

// PostgreSQL takes whatever is not a letter for the end of a word.
bool has_time_word(std::string_view text) {
  static constexpr std::array<std::string_view, 4> kWords = {"now", "today", "tomorrow", "yesterday"};
  while (!text.empty()) {
    const auto end = std::ranges::find_if_not(text, is_letter);
    const auto word = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    if (std::ranges::any_of(kWords, [word](std::string_view one) { return is_word(word, one); })) return true;
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return false;
}

bool is_constant(const SqlToken& token) {
  return token.kind == SqlToken::Kind::Other && token.text.empty();
}

}  // namespace

bool is_plannable(std::string_view text) {
  static constexpr std::array<std::string_view, 8> kFirstWords = {"select", "insert", "update", "delete",
                                                                  "merge",  "with",   "values", "table"};
  SqlLexer lexer(text);
  while (const auto token = lexer.next()) {
    if (token->kind == SqlToken::Kind::Other && token->text == "(") continue;
    return token->kind == SqlToken::Kind::Word && std::ranges::find(kFirstWords, token->text) != kFirstWords.end();
  }
  return false;
}

bool holds_time_of_parse(std::string_view text) {
  if (!has_time_word(text)) return false;  // most texts, without the lexer
  SqlLexer lexer(text);
  auto from = lexer.rest();
  while (const auto token = lexer.next()) {
    const auto read = from.substr(0, from.size() - lexer.rest().size());
    if (is_constant(*token) && has_time_word(read)) return true;
    from = lexer.rest();
  }
  return false;
}

}  // namespace howdah::protocol
