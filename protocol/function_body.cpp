#include "protocol/function_body.h"

#include <algorithm>
#include <array>

#include "protocol/channel_words.h"
#include "protocol/sql_lexer.h"

namespace howdah::protocol {

namespace {

template <std::size_t kCount>
bool is_one_of(std::string_view word, const std::array<std::string_view, kCount>& words) {
  return std::ranges::find(words, word) != words.end();
}

// A statement of PL/pgSQL or SQL may begin behind them.
bool ends_statement(std::string_view token) {
  static constexpr std::array<std::string_view, 7> kEnds = {";", "begin", "then", "else", "loop", ">", "also"};
  return token.empty() || is_one_of(token, kEnds);
}

// CREATE TEMP, CREATE OR REPLACE TEMP, INTO TEMPORARY.
bool may_make_temporary(std::string_view token) {
  static constexpr std::array<std::string_view, 5> kFronts = {"create", "replace", "local", "global", "into"};
  return is_one_of(token, kFronts);
}

bool is_local(std::string_view after_set) {
  static constexpr std::array<std::string_view, 3> kLocal = {"local", "transaction", "constraints"};
  return is_one_of(after_set, kLocal);
}

// The commands in a body of SQL or PL/pgSQL. Each token is looked at with those beside it.
class Commands {
 public:
  explicit Commands(std::string_view body) : lexer_(body) {}

  StateKinds kinds() {
    take_token();
    for (take_token(); !here_.empty(); take_token()) {
      if (!here_is_name_) note();
    }
    return kinds_;
  }

 private:
  // `here_` becomes what was `next_`.
  void take_token() {
    before_ = here_;
    here_ = next_;
    here_is_name_ = next_is_name_;
    const auto token = lexer_.next();
    next_ = !token ? "" : token->text.empty() ? "'" : token->text;
    next_is_name_ = token && token->kind == SqlToken::Kind::QuotedName;
  }

  void note() {
    if (here_ == "execute" && next_ != "function" && next_ != "procedure") kinds_.add(StateKind::CodeBlock);
    if ((here_ == "temp" || here_ == "temporary") && may_make_temporary(before_)) {
      kinds_.add(StateKind::TemporaryObject);
    }
    if (ends_statement(before_)) note_command();
  }

  void note_command() {
    if (next_ == ":" || next_ == "=") return;  // a variable is given a value
    if (here_ == "set" && !is_local(next_)) kinds_.add(StateKind::Settings);
    if (here_ == "reset") kinds_.add(StateKind::Settings);
    if (here_ == "listen") kinds_.add(StateKind::Listen);
    if (here_ == "load") kinds_.add(StateKind::LoadedLibrary);
    if (here_ == "prepare") kinds_.add(StateKind::NamedStatement);
    if (here_ == "do" || here_ == "discard" || here_ == "deallocate") kinds_.add(StateKind::CodeBlock);
  }

  SqlLexer lexer_;
  std::string before_;
  std::string here_;
  std::string next_;
  bool here_is_name_ = false;
  bool next_is_name_ = false;
  StateKinds kinds_;
};

// A language whose texts are not read: words by which it may run what it puts together, or a command in a constant.
bool runs_other_text(std::string_view body) {
  static constexpr std::array<std::string_view, 6> kWords = {"execute", "exec", "eval", "query", "prepare", "listen"};
  for (auto word = next_word(body); !word.empty(); word = next_word(body)) {
    const auto key = key_of_word(word);
    if (is_one_of(key, kWords) || key.starts_with("spi")) return true;
  }
  return false;
}

// Of words that mean the same wherever they stand: calls of PostgreSQL's own functions. What CALL calls tells itself.
StateKinds kinds_of_words(std::string_view body, SettingNames& settings) {
  StatementWords words;
  words.begin_text();
  words.feed(body);
  words.end_text();
  auto kinds = words.kinds();
  kinds.remove(StateKind::TemporaryObject);  // a variable may be called so, and Commands tells it
  kinds.remove(StateKind::CodeBlock);
  if (words.hides_names()) {
    kinds.add(StateKind::CodeBlock);
    settings.is_open = true;
  }
  if (settings.is_all_local && !settings.is_open) kinds.remove(StateKind::Settings);
  return kinds;
}

bool has_channel_words(std::string_view body) {
  for (auto word = next_word(body); !word.empty(); word = next_word(body)) {
    if (touches_channels(key_of_word(word))) return true;
  }
  return false;
}

// The temporary schema, and the view that an UPDATE sets settings by.
StateKinds kinds_of_relations(std::string_view body) {
  StateKinds kinds;
  for (auto word = next_word(body); !word.empty(); word = next_word(body)) {
    const auto key = key_of_word(word);
    if (key.starts_with("pg_temp")) kinds.add(StateKind::TemporaryObject);
    if (key == "pg_settings") kinds.add(StateKind::Settings);
  }
  return kinds;
}

}  // namespace

StateTraces traces_of_body(std::string_view language, std::string_view body) {
  const bool is_read = language == "sql" || language == "plpgsql" || language == "expression";
  auto settings = read_setting_names(body);
  StateTraces traces{.kinds = kinds_of_words(body, settings), .touches_channels = has_channel_words(body)};
  if (is_read) {
    traces.kinds.add(Commands(body).kinds());
  } else if (runs_other_text(body)) {
    traces.kinds.add(StateKind::CodeBlock);
  }
  traces.kinds.add(kinds_of_relations(body));
  const bool may_set = traces.kinds.has(StateKind::Settings) || traces.kinds.has(StateKind::CodeBlock);
  if (may_set) traces.settings = settings;
  return traces;
}

}  // namespace howdah::protocol
