#include "protocol/traceless_text.h"

#include <algorithm>
#include <array>
#include <optional>

#include "protocol/sql_lexer.h"

namespace howdah::protocol {

namespace {

using Token = std::optional<SqlToken>;
using Kind = SqlToken::Kind;

constexpr std::size_t kLongest = 200;
constexpr std::array<std::string_view, 7> kOfWords = {"show", "begin", "start", "commit", "end", "rollback", "abort"};

bool is_word(const Token& token, std::string_view text) {
  return token && token->kind == Kind::Word && token->text == text;
}

bool ends_statement(const Token& token) {
  return !token || (token->kind == Kind::Other && token->text == ";");
}

bool is_constant(const SqlToken& token) {
  if (token.kind == Kind::Word) return token.text == "null" || token.text == "true" || token.text == "false";
  if (token.kind != Kind::Other) return false;
  return token.text.empty() || token.text == "." || (token.text.front() >= '0' && token.text.front() <= '9');
}

bool is_of_words(const SqlToken& first) {
  return first.kind == Kind::Word && std::ranges::find(kOfWords, first.text) != kOfWords.end();
}

// Up to its end: constants with commas between them, and names given to them by AS. False: something else is there.
bool skip_constants(SqlLexer& lexer) {
  for (auto token = lexer.next(); !ends_statement(token); token = lexer.next()) {
    if (is_word(token, "as")) {
      const auto name = lexer.next();
      if (!name || name->kind == Kind::Other) return false;
    } else if (!is_constant(*token) && token->text != ",") {
      return false;
    }
  }
  return true;
}

// Up to its end: words, and names with dots.
bool skip_words(SqlLexer& lexer) {
  for (auto token = lexer.next(); !ends_statement(token); token = lexer.next()) {
    if (token->kind == Kind::Other && token->text != "." && token->text != ",") return false;
  }
  return true;
}

// What is read otherwise under other settings (standard_conforming_strings, client_encoding), or is not worth the
// doubt: comments.
bool is_plain(std::string_view text) {
  const auto is_odd = [](char c) {
    const bool is_blank = c == '\n' || c == '\r' || c == '\t';
    return c == '\\' || (!is_blank && (c < ' ' || c > '~'));
  };
  return std::ranges::none_of(text, is_odd) && !text.contains("--") && !text.contains("/*");
}

}  // namespace

bool leaves_no_trace(std::string_view text) {
  if (text.size() > kLongest || !is_plain(text)) return false;
  SqlLexer lexer(text);
  for (auto first = lexer.next(); first; first = lexer.next()) {
    if (ends_statement(first)) continue;
    if (is_word(first, "select") ? !skip_constants(lexer) : !is_of_words(*first) || !skip_words(lexer)) return false;
  }
  return true;
}

}  // namespace howdah::protocol
