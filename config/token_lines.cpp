#include "config/token_lines.h"

#include <algorithm>

namespace howdah::config {

namespace {

bool is_blank(char byte) {
  return byte == ' ' || byte == '\t' || byte == '\r';
}

class LineSplitter {
 public:
  explicit LineSplitter(std::string_view text) : rest_(text) {}

  // Nothing at the end of the line.
  [[nodiscard]] TokenField next_field();
  [[nodiscard]] bool has_open_quote() const { return has_open_quote_; }

 private:
  // False at the end of the line.
  bool next_token(Token& token);
  void skip_blanks_and_commas();
  // Up to a blank, a comma or a comment outside of quotes. True if there is a token, be it an empty one.
  bool take_bytes(Token& token);

  std::string_view rest_;
  bool ends_with_comma_ = false;
  bool has_open_quote_ = false;
};

TokenField LineSplitter::next_field() {
  TokenField field;
  do {
    Token token;
    if (!next_token(token)) break;
    field.push_back(std::move(token));
  } while (ends_with_comma_);
  return field;
}

bool LineSplitter::next_token(Token& token) {
  ends_with_comma_ = false;
  skip_blanks_and_commas();
  return !rest_.empty() && take_bytes(token);
}

void LineSplitter::skip_blanks_and_commas() {
  const auto* const first = std::ranges::find_if_not(rest_, [](char byte) { return is_blank(byte) || byte == ','; });
  rest_.remove_prefix(static_cast<std::size_t>(first - rest_.begin()));
}

bool LineSplitter::take_bytes(Token& token) {
  bool is_inside = false;
  bool was_quote = false;  // the byte before has closed a quotation: another quote is one that is meant
  bool saw_quote = false;
  token.is_quoted = rest_.front() == '"';
  while (!rest_.empty() && (is_inside || !is_blank(rest_.front()))) {
    const char byte = rest_.front();
    if (byte == '#' && !is_inside) {
      rest_ = {};
      break;
    }
    rest_.remove_prefix(1);
    if (byte == ',' && !is_inside) {
      ends_with_comma_ = true;
      break;
    }
    if (byte != '"' || was_quote) token.text += byte;
    was_quote = byte == '"' && is_inside && !was_quote;
    if (byte != '"') continue;
    is_inside = !is_inside;
    saw_quote = true;
  }
  has_open_quote_ = has_open_quote_ || is_inside;
  return saw_quote || !token.text.empty();
}

// One line, without its end; `text` begins behind it then.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  while (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// A line and those that backslashes join to it; `number` is that of the next one then.
std::string take_joined_lines(std::string_view& text, int& number) {
  std::string joined;
  std::size_t seen_bytes = 0;  // a backslash among them joins nothing any more
  while (true) {
    joined += take_line(text);
    ++number;
    if (joined.size() <= seen_bytes || !joined.ends_with('\\')) return joined;
    joined.pop_back();
    seen_bytes = joined.size();
    if (text.empty()) return joined;
  }
}

}  // namespace

std::vector<TokenLine> split_token_lines(std::string_view text) {
  std::vector<TokenLine> lines;
  int number = 1;
  while (!text.empty()) {
    const int first = number;
    const auto joined = take_joined_lines(text, number);
    TokenLine line{.line = first, .fields = {}};
    LineSplitter splitter(joined);
    for (auto field = splitter.next_field(); !field.empty(); field = splitter.next_field()) {
      line.fields.push_back(std::move(field));
    }
    line.has_open_quote = splitter.has_open_quote();
    if (!line.fields.empty()) lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace howdah::config
