#include "protocol/setting_names.h"

#include <algorithm>
#include <array>
#include <optional>

namespace howdah::protocol {

namespace {

// Only those who may read all settings see these in pg_settings, so a session that has changed its role may not.
constexpr std::array<std::string_view, 2> kHidden = {"dynamic_library_path", "session_preload_libraries"};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool is_word_byte(char c) {
  const char l = lower(c);
  return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// Goes over a text from its words on.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  SettingNames names() {
    while (at_ < text_.size()) {
      if (!is_word_byte(text_[at_])) {
        ++at_;
        continue;
      }
      const auto word = take_word();
      if (word == "set") take_set();
      if (word == "set_config") take_call();
    }
    return std::move(names_);
  }

 private:
  [[nodiscard]] char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  // And comments, but for one in another.
  void skip_blanks() {
    while (is_blank(here()) || skip_comment()) at_ += is_blank(here()) ? 1 : 0;
  }
  bool skip_comment() {
    const auto rest = text_.substr(std::min(at_, text_.size()));
    const bool is_line = rest.starts_with("--");
    if (!is_line && !rest.starts_with("/*")) return false;
    const auto end = is_line ? rest.find('\n') : rest.find("*/", 2);
    if (end == std::string_view::npos || (!is_line && rest.substr(2, end).find("/*") != std::string_view::npos)) {
      return false;
    }
    at_ += end + (is_line ? 1 : 2);
    return true;
  }
  bool take(char c) {
    skip_blanks();
    if (here() != c) return false;
    ++at_;
    return true;
  }

  std::string take_word() {
    std::string word;
    for (; is_word_byte(here()); ++at_) word.push_back(lower(here()));
    return word;
  }

  // SET [SESSION | LOCAL] name: words and quoted names with dots between them.
  void take_set() {
    skip_blanks();
    const auto start = at_;
    const auto scope = take_word();
    skip_blanks();
    const bool has_scope = (scope == "session" || scope == "local") && here() != '.' && here() != '=';
    if (!has_scope) at_ = start;
    if (here() == '(' || here() == '\0') return;  // a list of columns
    const auto name = take_name();
    skip_blanks();
    const bool is_whole = name && (here() == '=' || here() == '\0' || is_word_byte(here()));
    is_whole ? note(*name) : void(names_.is_open = true);
  }

  std::optional<std::string> take_name() {
    std::string name;
    do {
      skip_blanks();
      const auto part = here() == '"' ? take_quoted() : take_word();
      if (part.empty()) return std::nullopt;
      name += name.empty() ? part : "." + part;
    } while (take('.'));
    return name;
  }

  std::string take_quoted() {
    std::string name;
    for (++at_; at_ < text_.size() && here() != '"'; ++at_) name.push_back(lower(here()));
    ++at_;
    return name;
  }

  // set_config('name', value, false), or with its quotes doubled inside of another constant.
  void take_call() {
    (void)take('"');
    if (!take('(')) {
      names_.is_all_local = false;
      return;
    }
    skip_blanks();
    const auto quotes = skip_quotes();
    std::string name;
    for (; is_word_byte(here()) || here() == '.'; ++at_) name.push_back(lower(here()));
    const bool is_constant = quotes > 0 && skip_quotes() == quotes && !name.empty() && take(',');
    is_constant ? note(name) : void(names_.is_open = true);
    names_.is_all_local = names_.is_all_local && is_constant && is_local();
  }

  std::size_t skip_quotes() {
    std::size_t count = 0;
    for (; here() == '\''; ++at_) ++count;
    return count;
  }

  // What follows a plain value is the word `true`.
  bool is_local() {
    if (!skip_value() || !take(',')) return false;
    skip_blanks();
    return take_word() == "true" && take(')');
  }

  // A constant without quotes and backslashes, or one word.
  bool skip_value() {
    skip_blanks();
    const auto quotes = skip_quotes();
    const bool is_empty = quotes % 2 == 0 && (here() == ',' || is_blank(here()));
    if (quotes == 0) (void)take_word();
    if (quotes == 0 || is_empty) return true;
    while (here() != '\'' && here() != '\\' && here() != '\0') ++at_;
    return skip_quotes() == quotes;
  }

  void note(const std::string& name) {
    const bool is_ascii = std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~'; });
    if (!is_ascii || std::ranges::find(kHidden, name) != kHidden.end()) names_.is_open = true;
    if (name.find('.') != std::string::npos) names_.custom.insert(name);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  SettingNames names_;
};

}  // namespace

void SettingNames::add(const SettingNames& other) {
  custom.insert(other.custom.begin(), other.custom.end());
  is_open = is_open || other.is_open;
  is_all_local = is_all_local && other.is_all_local;
}

SettingNames read_setting_names(std::string_view text) {
  return Scanner(text).names();
}

}  // namespace howdah::protocol
