#include "protocol/fingerprint.h"

#include <algorithm>
#include <array>

namespace howdah::protocol {

namespace {

enum class Class : std::uint8_t {
  Operator,
  Blank,
  Word,
  Digit,
  Quote,
  Name,
  Dollar,
  Dot,
  Comma,
  Semicolon,
  Open,
  Close
};

constexpr auto kClasses = [] {
  std::array<Class, 256> classes{};
  const auto set = [&classes](std::string_view bytes, Class value) {
    for (const char byte : bytes) classes[static_cast<std::uint8_t>(byte)] = value;
  };
  set(" \t\n\v\f\r", Class::Blank);
  set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", Class::Word);
  for (std::size_t byte = 0x80; byte < classes.size(); ++byte) classes[byte] = Class::Word;
  set("0123456789", Class::Digit);
  set("'", Class::Quote);
  set("\"", Class::Name);
  set("$", Class::Dollar);
  set(".", Class::Dot);
  set(",", Class::Comma);
  set(";", Class::Semicolon);
  set("([", Class::Open);
  set(")]", Class::Close);
  return classes;
}();

Class class_of(char byte) {
  return kClasses[static_cast<std::uint8_t>(byte)];
}

bool is_word_part(char byte) {
  const auto value = class_of(byte);
  return value == Class::Word || value == Class::Digit || value == Class::Dollar;
}

// Where PostgreSQL's own lexer would not end an operator at a sign.
bool may_end_in_sign(std::string_view op) {
  return op.find_first_of("~!@#%^&|`?") != std::string_view::npos;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Reads a text once, from token to token, and writes what is kept.
class Folding {
 public:
  Folding(std::string_view text, std::string& out) : text_(text), out_(out) {}

  void run() {
    while (skip_blanks()) token();
    while (out_.ends_with(';')) out_.pop_back();
  }

 private:
  // What was written last.
  enum class Last : std::uint8_t { Nothing, Word, Value, Operator, Glue, Open, Close, Row, Comma, Semicolon };

  [[nodiscard]] bool skip_blanks() {
    while (at_ < text_.size()) {
      if (class_of(text_[at_]) == Class::Blank) {
        ++at_;
      } else if (is_at("--")) {
        at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
      } else if (is_at("/*")) {
        skip_block_comment();
      } else {
        return true;
      }
    }
    return false;
  }

  void token() {
    const auto start = at_;
    switch (class_of(text_[at_])) {
      case Class::Word:
        return word();
      case Class::Digit:
        skip_number();
        return value();
      case Class::Quote:
        skip_quoted('\'', false);
        return value();
      case Class::Name:
        skip_quoted('"', false);
        return write(Last::Word, text_.substr(start, at_ - start));
      case Class::Dollar:
        return dollar();
      case Class::Dot:
        return dot();
      case Class::Comma:
        return comma();
      case Class::Open:
        return open();
      case Class::Close:
        return close();
      case Class::Semicolon:
        ++at_;
        return write(Last::Semicolon, ";");
      case Class::Operator:
      case Class::Blank:
        return op();
    }
  }

  void word() {
    const auto start = at_;
    while (at_ < text_.size() && is_word_part(text_[at_])) ++at_;
    const auto name = text_.substr(start, at_ - start);
    if (takes_string(name)) return value();
    if (stands_for_value(name)) return value();
    blank_before(Last::Word);
    const auto size = out_.size();
    out_.append(name);
    const auto written = out_.begin() + static_cast<std::ptrdiff_t>(size);
    std::transform(written, out_.end(), written, lower);
    last_ = Last::Word;
  }

  // E'...', B'...', X'...', N'...', U&'...'
  [[nodiscard]] bool takes_string(std::string_view prefix) {
    if (prefix.size() != 1 || at_ == text_.size()) return false;
    const char kind = lower(prefix.front());
    if (kind == 'u' && is_at("&'")) {
      ++at_;
    } else if (text_[at_] != '\'' || std::string_view("ebxn").find(kind) == std::string_view::npos) {
      return false;
    }
    skip_quoted('\'', kind == 'e');
    return true;
  }

  // NULL and others are values where they stand alone in a list.
  [[nodiscard]] bool stands_for_value(std::string_view name) {
    if ((last_ != Last::Open && last_ != Last::Comma) || name.size() < 4 || name.size() > 7) return false;
    static constexpr std::array<std::string_view, 4> kValues{"null", "true", "false", "default"};
    const auto is_same = [name](std::string_view value) { return std::ranges::equal(value, name, {}, {}, lower); };
    if (std::ranges::none_of(kValues, is_same)) return false;
    return skip_blanks() && (text_[at_] == ',' || text_[at_] == ')' || text_[at_] == ']');
  }

  void skip_number() {
    while (at_ < text_.size()) {
      const char byte = text_[at_];
      const bool is_sign = (byte == '+' || byte == '-') && lower(text_[at_ - 1]) == 'e' && !is_at("--");
      if (!is_word_part(byte) && byte != '.' && !is_sign) return;
      ++at_;
    }
  }

  // To its end, or to that of the text. A doubled quote is one in the text.
  void skip_quoted(char quote, bool has_escapes) {
    for (++at_; at_ < text_.size(); ++at_) {
      const bool is_quote = text_[at_] == quote;
      const bool is_before_quote = at_ + 1 < text_.size() && text_[at_ + 1] == quote;
      const bool is_escape = text_[at_] == '\\' && quote == '\'';
      // With standard_conforming_strings off it goes on here: nothing behind it is safe to keep.
      if (is_escape && is_before_quote && !has_escapes) break;
      if ((is_escape && has_escapes) || (is_quote && is_before_quote)) {
        ++at_;
      } else if (is_quote) {
        ++at_;
        return;
      }
    }
    at_ = text_.size();
  }

  void dollar() {
    if (at_ + 1 < text_.size() && class_of(text_[at_ + 1]) == Class::Digit) {
      ++at_;
      skip_number();
      return value();
    }
    const auto tag_end = text_.find('$', at_ + 1);
    const auto tag = tag_end == std::string_view::npos ? "" : text_.substr(at_, tag_end + 1 - at_);
    const auto name = tag.size() < 2 ? "" : tag.substr(1, tag.size() - 2);
    if (tag.empty() || !std::ranges::all_of(name, &is_word_part)) return op();
    const auto end = text_.find(tag, at_ + tag.size());
    at_ = end == std::string_view::npos ? text_.size() : end + tag.size();
    value();
  }

  void dot() {
    const bool is_number = last_ != Last::Word && last_ != Last::Close && at_ + 1 < text_.size() &&
                           class_of(text_[at_ + 1]) == Class::Digit;
    if (is_number) {
      skip_number();
      return value();
    }
    ++at_;
    write(Last::Glue, ".");
  }

  void skip_block_comment() {
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      const bool is_begin = is_at("/*");
      const bool is_end = is_at("*/");
      at_ += is_begin || is_end ? 2 : 1;
      if (is_begin) ++depth;
      if (is_end && --depth == 0) return;
    }
  }

  void op() {
    const auto start = at_++;
    while (at_ < text_.size() && class_of(text_[at_]) == Class::Operator && !is_at("--") && !is_at("/*")) ++at_;
    auto name = text_.substr(start, at_ - start);
    while (name.size() > 1 && (name.back() == '-' || name.back() == '+') && !may_end_in_sign(name)) {
      name.remove_suffix(1);
    }
    at_ = start + name.size();
    const bool is_sign = (name == "-" || name == "+") && last_ != Last::Word && last_ != Last::Value &&
                         last_ != Last::Close && last_ != Last::Row;
    if (is_sign && at_ < text_.size() && class_of(text_[at_]) == Class::Digit) return;  // of a number
    write(name == "::" ? Last::Glue : Last::Operator, name);
  }

  void value() {
    if (last_ == Last::Value) return;  // a constant in two pieces
    if (last_ == Last::Comma && before_comma_ == Last::Value && is_first_inside_) {
      out_.resize(comma_at_);
      last_ = Last::Value;
      return;
    }
    is_first_inside_ = last_ == Last::Open;
    blank_before(Last::Value);
    out_.push_back('$');
    out_.append(std::to_string(++value_count_));
    last_ = Last::Value;
  }

  void comma() {
    ++at_;
    before_comma_ = last_;
    comma_at_ = out_.size();
    write(Last::Comma, ",");
  }

  void open() {
    follows_row_ = last_ == Last::Comma && before_comma_ == Last::Row;
    row_end_ = comma_at_;
    write(Last::Open, text_.substr(at_++, 1));
  }

  // A row of nothing but values behind another one goes.
  void close() {
    const auto bracket = text_.substr(at_++, 1);
    const bool is_row = last_ == Last::Value && is_first_inside_;
    if (is_row && follows_row_) {
      out_.resize(row_end_);
      --value_count_;
    } else {
      write(Last::Close, bracket);
    }
    last_ = is_row ? Last::Row : Last::Close;
  }

  void write(Last kind, std::string_view bytes) {
    blank_before(kind);
    out_.append(bytes);
    last_ = kind;
  }

  void blank_before(Last next) {
    const bool is_close = next == Last::Close || next == Last::Comma || next == Last::Semicolon || next == Last::Glue;
    const bool is_call = next == Last::Open && last_ == Last::Word;
    const bool is_behind_open = last_ == Last::Open || last_ == Last::Glue || last_ == Last::Nothing;
    if (!is_close && !is_call && !is_behind_open) out_.push_back(' ');
  }

  [[nodiscard]] bool is_at(std::string_view bytes) const {
    return at_ + 1 < text_.size() && text_[at_] == bytes[0] && text_[at_ + 1] == bytes[1];
  }

  const std::string_view text_;
  std::string& out_;
  std::size_t at_ = 0;
  std::size_t value_count_ = 0;
  std::size_t comma_at_ = 0;  // size of what stood before the last comma
  Last last_ = Last::Nothing;
  Last before_comma_ = Last::Nothing;
  std::size_t row_end_ = 0;  // of the row before the last parenthesis, if there is one
  bool follows_row_ = false;
  bool is_first_inside_ = false;  // the last value, or list of them, stands right behind its parenthesis
};

}  // namespace

void fold_statement(std::string_view text, std::string& folded) {
  folded.clear();
  Folding(text, folded).run();
}

// FNV-1a.
std::uint64_t fingerprint(std::string_view folded) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : folded) hash = (hash ^ static_cast<std::uint8_t>(byte)) * 0x100000001b3;
  return hash;
}

}  // namespace howdah::protocol
