#include "protocol/set_command.h"

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/sql_lexer.h"

namespace howdah::protocol {

namespace {

using Kind = SqlToken::Kind;

constexpr std::size_t kLongestCommand = 1000;
constexpr std::size_t kLongestName = 63;  // PostgreSQL cuts longer ones
constexpr std::size_t kMostDigits = 9;    // it reads longer numbers otherwise, up to a limit of its own
constexpr std::size_t kMostElements = 40;

// They last for one transaction only, are another setting's older name, depend on others or on what the server has
// done before, or do more than to have a value.
constexpr std::array<std::string_view, 21> kNotPlain = {"default_transaction_deferrable",
                                                        "force_parallel_mode",
                                                        "idle_session_timeout",
                                                        "is_superuser",
                                                        "local_preload_libraries",
                                                        "log_executor_stats",
                                                        "log_parser_stats",
                                                        "log_planner_stats",
                                                        "log_statement_stats",
                                                        "quote_all_identifiers",
                                                        "role",
                                                        "seed",
                                                        "session_authorization",
                                                        "session_preload_libraries",
                                                        "shared_preload_libraries",
                                                        "sort_mem",
                                                        "temp_buffers",
                                                        "transaction_deferrable",
                                                        "transaction_isolation",
                                                        "transaction_read_only",
                                                        "vacuum_mem"};

bool is_custom(std::string_view name) {
  return name.find('.') != std::string_view::npos;
}

// Backslashes and other bytes mean what the connection's settings say.
bool is_safe(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > '\0' && c <= '~' && c != '\\'; });
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

// Every text is asked about: its first letters tell of most that they are no command.
bool begins_like_a_command(std::string_view text) {
  const auto first = std::ranges::find_if_not(text, is_blank);
  if (text.end() - first < 3) return false;
  if (first[0] == '-' || first[0] == '/') return true;  // perhaps a comment
  const char one = static_cast<char>(first[0] | ' ');
  const char other = static_cast<char>(first[2] | ' ');
  return (one == 's' || one == 'r') && (first[1] | ' ') == 'e' && (other == 't' || other == 's');
}

bool ends_like_a_reset(std::string_view text) {
  while (!text.empty() && (text.back() == ';' || is_blank(text.back()))) text.remove_suffix(1);
  return text.ends_with("ALL") || text.ends_with("all");
}

// Reads from token to token; what does not fit makes an end of the whole text.
class Reader {
 public:
  explicit Reader(std::string_view text) : lexer_(text), token_(lexer_.next()) {}

  [[nodiscard]] std::optional<SetCommand> command();
  // One RESET ALL, behind others.
  [[nodiscard]] std::optional<SetCommand> last_command();

 private:
  struct Value {
    std::string text;
    bool is_number = false;
  };

  [[nodiscard]] std::optional<SetCommand> set();
  [[nodiscard]] std::optional<SetCommand> form();
  [[nodiscard]] std::optional<SetCommand> reset();
  [[nodiscard]] std::optional<SetCommand> assignment(std::string name);
  [[nodiscard]] std::optional<SetCommand> time_zone();
  [[nodiscard]] std::optional<SetCommand> only_string(std::string name);
  [[nodiscard]] std::optional<SetCommand> values(std::string name);
  [[nodiscard]] std::optional<std::string> setting_name();
  [[nodiscard]] std::optional<Value> value();
  [[nodiscard]] std::optional<Value> number();
  [[nodiscard]] std::optional<Value> string();
  [[nodiscard]] std::string digits();

  void advance() {
    end_ = token_->source.data() + token_->source.size();
    token_ = lexer_.next();
  }
  // No blank stands before it.
  [[nodiscard]] bool is_adjacent() const { return token_ && token_->source.data() == end_; }
  [[nodiscard]] bool is_word(std::string_view word) const {
    return token_ && token_->kind == Kind::Word && token_->text == word;
  }
  [[nodiscard]] bool is_sign(std::string_view sign) const {
    return token_ && token_->kind == Kind::Other && token_->source == sign;
  }
  [[nodiscard]] bool is_string() const { return token_ && token_->source.starts_with('\''); }
  [[nodiscard]] bool is_number() const {
    return token_ && token_->kind == Kind::Other && token_->source >= "0" && token_->source <= "9";
  }
  bool take_word(std::string_view word) {
    const bool is_it = is_word(word);
    if (is_it) advance();
    return is_it;
  }
  bool take_sign(std::string_view sign) {
    const bool is_it = is_sign(sign);
    if (is_it) advance();
    return is_it;
  }
  // Nothing more, but for semicolons.
  [[nodiscard]] bool is_at_end() {
    while (take_sign(";")) {
    }
    return !token_;
  }

  SqlLexer lexer_;
  std::optional<SqlToken> token_;
  const char* end_ = nullptr;  // of the token before
};

std::optional<SetCommand> Reader::command() {
  auto read = take_word("set") ? set() : take_word("reset") ? reset() : std::nullopt;
  if (!read || !is_at_end()) return std::nullopt;
  if (std::ranges::find(kNotPlain, read->name) != kNotPlain.end()) return std::nullopt;
  return read;
}

std::optional<SetCommand> Reader::last_command() {
  while (is_word("select") || is_word("close") || is_word("unlisten")) {
    while (token_ && !is_sign(";")) advance();
    while (take_sign(";")) {
    }
  }
  return take_word("reset") && take_word("all") && is_at_end()
             ? std::optional(SetCommand{.kind = SetCommand::Kind::ResetAll})
             : std::nullopt;
}

std::optional<SetCommand> Reader::set() {
  const bool is_local = take_word("local");
  if (!is_local) (void)take_word("session");
  if (is_word("local") || is_word("session") || (is_local && is_sign("."))) return std::nullopt;
  auto read = form();
  if (read && is_local) {
    if (read->kind == SetCommand::Kind::Reset) read->value.kind = SettingValue::Kind::Default;
    read->kind = SetCommand::Kind::Local;
  }
  return read;
}

std::optional<SetCommand> Reader::form() {
  if (is_word("time")) return time_zone();
  if (is_word("names")) return only_string("client_encoding");
  if (is_word("schema")) return only_string("search_path");
  auto name = setting_name();
  return name ? assignment(std::move(*name)) : std::nullopt;
}

std::optional<SetCommand> Reader::reset() {
  if (take_word("all")) return SetCommand{.kind = SetCommand::Kind::ResetAll};
  if (take_word("time")) {
    return take_word("zone") ? std::optional(SetCommand{.kind = SetCommand::Kind::Reset, .name = "timezone"})
                             : std::nullopt;
  }
  auto name = setting_name();
  if (!name) return std::nullopt;
  return SetCommand{.kind = SetCommand::Kind::Reset, .name = std::move(*name)};
}

std::optional<SetCommand> Reader::assignment(std::string name) {
  if (!take_sign("=") && !take_word("to")) return std::nullopt;
  if (take_word("default")) return SetCommand{.kind = SetCommand::Kind::Reset, .name = std::move(name)};
  return values(std::move(name));
}

std::optional<SetCommand> Reader::time_zone() {
  advance();
  if (!take_word("zone")) return std::nullopt;
  if (take_word("local") || take_word("default")) {
    return SetCommand{.kind = SetCommand::Kind::Reset, .name = "timezone"};
  }
  return values("timezone");
}

// SET NAMES 'utf8'
std::optional<SetCommand> Reader::only_string(std::string name) {
  advance();
  if (!is_string()) return std::nullopt;
  return values(std::move(name));
}

std::optional<SetCommand> Reader::values(std::string name) {
  const bool is_names = is_list_of_names(name);
  SettingValue list{.kind = is_names ? SettingValue::Kind::Names : SettingValue::Kind::Text};
  std::size_t count = 0;
  do {
    const auto next = value();
    if (!next || ++count > kMostElements || (is_names && next->is_number)) return std::nullopt;
    if (!is_names && count > 1) list.text += ", ";
    list.text += next->text;
    if (is_names) list.text.push_back('\0');
  } while (take_sign(","));
  if (count > 1 && is_custom(name)) return std::nullopt;
  return SetCommand{.kind = SetCommand::Kind::Set, .name = std::move(name), .value = std::move(list)};
}

// One name, or several with dots between them.
std::optional<std::string> Reader::setting_name() {
  std::string name;
  while (token_ && token_->kind != Kind::Other && token_->text.size() <= kLongestName) {
    const auto is_name_byte = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    if (token_->text.empty() || !std::ranges::all_of(token_->text, is_name_byte)) return std::nullopt;
    name += token_->text;
    advance();
    if (!take_sign(".")) return name;
    name.push_back('.');
  }
  return std::nullopt;
}

std::optional<Reader::Value> Reader::value() {
  if (!token_) return std::nullopt;
  if (is_number() || is_sign("-") || is_sign("+")) return number();
  if (is_string()) return string();
  const bool is_name = token_->kind != Kind::Other && !is_word("default") && token_->text.size() <= kLongestName;
  if (!is_name || token_->text.empty()) return std::nullopt;
  Value value{.text = token_->text};
  advance();
  return value;
}

// A doubled quote in it makes two tokens without a blank between them.
std::optional<Reader::Value> Reader::string() {
  Value value;
  do {
    const auto source = token_->source;
    if (source.size() < 2 || !source.ends_with('\'')) return std::nullopt;  // cut off
    value.text.append(source.substr(1, source.size() - 2));
    advance();
    if (is_string() && is_adjacent()) value.text.push_back('\'');
  } while (is_string() && is_adjacent());
  return value;
}

// PostgreSQL keeps these as they are written.
std::optional<Reader::Value> Reader::number() {
  const bool is_negative = take_sign("-");
  if (!is_negative) (void)take_sign("+");
  if (!is_number()) return std::nullopt;
  auto text = digits();
  const bool has_leading_zero = text.size() > 1 && text.front() == '0';
  if (text.size() > kMostDigits || has_leading_zero || (is_negative && text == "0")) return std::nullopt;
  if (is_sign(".") && is_adjacent()) {
    advance();
    if (!is_number() || !is_adjacent()) return std::nullopt;
    text += "." + digits();
  }
  return Value{.text = (is_negative ? "-" : "") + text, .is_number = true};
}

std::string Reader::digits() {
  std::string digits;
  do {
    digits += token_->text;
    advance();
  } while (is_number() && is_adjacent());
  return digits;
}

}  // namespace

std::optional<SetCommand> read_set_command(std::string_view text) {
  if (text.size() > kLongestCommand) return std::nullopt;
  if (begins_like_a_command(text)) return is_safe(text) ? Reader(text).command() : std::nullopt;
  return ends_like_a_reset(text) && is_safe(text) ? Reader(text).last_command() : std::nullopt;
}

}  // namespace howdah::protocol
