#include "daemon/admin/statement.h"

#include <algorithm>
#include <optional>

namespace howdah::admin {

namespace {

bool is_space(char letter) {
  return letter == ' ' || (letter >= '\t' && letter <= '\r');
}

// Bytes of UTF-8 beyond ASCII belong to words, as in PostgreSQL.
bool is_word_letter(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
         letter == '_' || letter == '$' || letter == '.' || static_cast<unsigned char>(letter) >= 0x80;
}

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  [[nodiscard]] std::expected<std::vector<Statement>, std::string> split();

 private:
  [[nodiscard]] bool is_at(std::string_view what) const { return text_.substr(at_).starts_with(what); }
  [[nodiscard]] bool is_over() const { return at_ == text_.size(); }
  // False where a comment has no end.
  [[nodiscard]] bool skip_space();
  [[nodiscard]] bool skip_block_comment();
  // Nothing where a quote has no end.
  [[nodiscard]] std::optional<std::string> take_word();
  [[nodiscard]] std::optional<std::string> take_quoted(char quote);
  void add_word(std::string word, std::size_t start);
  void end_statement();

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t first_ = 0;  // where the first word of the statement under way begins,
  std::size_t last_ = 0;   // and where its last word so far ends
  Statement statement_;
  std::vector<Statement> statements_;
};

std::expected<std::vector<Statement>, std::string> Splitter::split() {
  while (true) {
    if (!skip_space()) return std::unexpected("unterminated /* comment");
    if (is_over()) break;
    if (is_at(";")) {
      ++at_;
      end_statement();
      continue;
    }
    const auto start = at_;
    auto word = take_word();
    if (!word) return std::unexpected("unterminated quoted text");
    add_word(std::move(*word), start);
  }
  end_statement();
  return std::move(statements_);
}

bool Splitter::skip_space() {
  while (!is_over()) {
    if (is_at("--")) {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (is_at("/*")) {
      if (!skip_block_comment()) return false;
    } else if (is_space(text_[at_])) {
      ++at_;
    } else {
      break;
    }
  }
  return true;
}

bool Splitter::skip_block_comment() {
  int depth = 0;
  do {
    if (is_over()) return false;
    const bool is_edge = is_at("/*") || is_at("*/");
    if (is_edge) depth += is_at("/*") ? 1 : -1;
    at_ += is_edge ? 2 : 1;
  } while (depth > 0);
  return true;
}

std::optional<std::string> Splitter::take_word() {
  if (is_at("'") || is_at("\"")) return take_quoted(text_[at_]);
  std::string word;
  while (!is_over() && is_word_letter(text_[at_])) word += lower(text_[at_++]);
  if (word.empty()) word = text_[at_++];
  return word;
}

std::optional<std::string> Splitter::take_quoted(char quote) {
  std::string word;
  for (++at_; !is_over(); ++at_) {
    if (text_[at_] != quote) {
      word += text_[at_];
      continue;
    }
    ++at_;
    if (is_over() || text_[at_] != quote) return word;
    word += quote;  // two of them are one in the text
  }
  return std::nullopt;
}

void Splitter::add_word(std::string word, std::size_t start) {
  if (statement_.words.empty()) first_ = start;
  statement_.words.push_back(std::move(word));
  last_ = at_;
}

void Splitter::end_statement() {
  if (statement_.words.empty()) return;
  statement_.text = text_.substr(first_, last_ - first_);
  statements_.push_back(std::move(statement_));
  statement_ = {};
}

}  // namespace

std::expected<std::vector<Statement>, std::string> split_statements(std::string_view text) {
  return Splitter(text).split();
}

}  // namespace howdah::admin
