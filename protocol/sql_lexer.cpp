#include "protocol/sql_lexer.h"

#include <algorithm>

namespace howdah::protocol {

namespace {

constexpr std::size_t kEnd = std::string_view::npos;

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_word_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_word_part(char c) {
  return is_word_start(c) || (c >= '0' && c <= '9') || c == '$';
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::optional<SqlToken> SqlLexer::next() {
  skip_blanks();
  if (rest_.empty()) return std::nullopt;
  const auto start = rest_;
  auto token = read();
  token.source = start.substr(0, start.size() - rest_.size());
  return token;
}

SqlToken SqlLexer::read() {
  const char first = rest_.front();
  if (first == '"') return quoted_name();
  if (first == '\'') {
    skip_string(false);
    return SqlToken{};
  }
  const bool has_escapes = (first == 'e' || first == 'E') && rest_.size() > 1 && rest_[1] == '\'';
  if (has_escapes) {
    rest_.remove_prefix(1);
    skip_string(true);
    return SqlToken{};
  }
  if (first == '$' && skip_dollar_quoted()) return SqlToken{};
  if (is_word_start(first)) return word();
  rest_.remove_prefix(1);
  return SqlToken{SqlToken::Kind::Other, std::string(1, first)};
}

void SqlLexer::skip_blanks() {
  while (!rest_.empty()) {
    if (is_blank(rest_.front())) {
      rest_.remove_prefix(1);
    } else if (rest_.starts_with("--")) {
      const auto end = rest_.find_first_of("\r\n");
      rest_.remove_prefix(end == kEnd ? rest_.size() : end);
    } else if (rest_.starts_with("/*")) {
      skip_block_comment();
    } else {
      return;
    }
  }
}

// Block comments nest.
void SqlLexer::skip_block_comment() {
  std::size_t depth = 0;
  while (!rest_.empty()) {
    if (rest_.starts_with("/*")) {
      ++depth;
      rest_.remove_prefix(2);
    } else if (rest_.starts_with("*/")) {
      rest_.remove_prefix(2);
      if (--depth == 0) return;
    } else {
      rest_.remove_prefix(1);
    }
  }
}

// A doubled quote is a quote: it ends one constant and begins another, which comes to the same here.
void SqlLexer::skip_string(bool has_escapes) {
  rest_.remove_prefix(1);
  while (!rest_.empty()) {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '\'') return;
    if (has_escapes && c == '\\' && !rest_.empty()) rest_.remove_prefix(1);
  }
}

bool SqlLexer::skip_dollar_quoted() {
  const auto tag_end = rest_.find('$', 1);
  if (tag_end == kEnd) return false;
  const auto name = rest_.substr(1, tag_end - 1);
  const bool is_tag = std::ranges::all_of(name, [](char c) { return is_word_part(c); }) &&
                      (name.empty() || is_word_start(name.front()));
  if (!is_tag) return false;
  const auto tag = rest_.substr(0, tag_end + 1);
  const auto end = rest_.find(tag, tag.size());
  rest_.remove_prefix(end == kEnd ? rest_.size() : end + tag.size());
  return true;
}

SqlToken SqlLexer::quoted_name() {
  SqlToken token{SqlToken::Kind::QuotedName};
  rest_.remove_prefix(1);
  while (!rest_.empty()) {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '"') {
      if (!rest_.starts_with('"')) break;
      rest_.remove_prefix(1);
    }
    token.text.push_back(c);
  }
  return token;
}

SqlToken SqlLexer::word() {
  SqlToken token{SqlToken::Kind::Word};
  const auto end = std::ranges::find_if_not(rest_, [](char c) { return is_word_part(c); });
  token.text.assign(rest_.begin(), end);
  std::ranges::transform(token.text, token.text.begin(), lower);
  rest_.remove_prefix(token.text.size());
  return token;
}

}  // namespace howdah::protocol
