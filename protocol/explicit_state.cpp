#include "protocol/explicit_state.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "protocol/sql_lexer.h"

namespace howdah::protocol {

namespace {

constexpr std::array<std::string_view, 4> kSessionLocks = {"pg_advisory_lock", "pg_advisory_lock_shared",
                                                           "pg_try_advisory_lock", "pg_try_advisory_lock_shared"};
// Statements that run the functions which they name.
constexpr std::array<std::string_view, 12> kCallers = {"select", "with", "values",  "insert", "update",  "delete",
                                                       "merge",  "copy", "declare", "call",   "execute", "("};
constexpr std::array<std::string_view, 3> kFalse = {"false", "'false'", "'f'"};

template <std::size_t kCount>
bool is_one_of(std::string_view word, const std::array<std::string_view, kCount>& words) {
  return std::ranges::find(words, word) != words.end();
}

class Statement {
 public:
  // Reads up to a semicolon, which is no part of it. False: the text is at its end.
  bool read(SqlLexer& lexer) {
    tokens_.clear();
    while (auto token = lexer.next()) {
      if (token->kind == SqlToken::Kind::Other && token->text == ";") return true;
      tokens_.push_back(*std::move(token));
    }
    return false;
  }

  [[nodiscard]] StateKinds kinds() const {
    const auto command = text(0);
    if (command == "listen") return {StateKind::Listen};
    if (command == "load") return {StateKind::LoadedLibrary};
    if (command == "prepare" && text(1) != "transaction") return {StateKind::NamedStatement};
    if (command == "set" && !is_local_set()) return {StateKind::Settings};
    if (command == "create" && creates_temporary()) return {StateKind::TemporaryObject};
    if (!is_one_of(command, kCallers)) return {};
    auto kinds = kinds_of_calls();
    if (command == "declare" && has("with", "hold")) kinds.add(StateKind::HeldCursor);
    if (has("into", "temp") || has("into", "temporary")) kinds.add(StateKind::TemporaryObject);
    return kinds;
  }

 private:
  [[nodiscard]] std::string_view text(std::size_t at) const {
    return at < tokens_.size() ? std::string_view(tokens_[at].text) : std::string_view{};
  }
  [[nodiscard]] bool has(std::string_view word, std::string_view next) const {
    for (std::size_t at = 0; at + 1 < tokens_.size(); ++at) {
      if (text(at) == word && text(at + 1) == next) return true;
    }
    return false;
  }

  // SET local.name is not.
  [[nodiscard]] bool is_local_set() const {
    const auto word = text(1);
    return (word == "local" || word == "transaction" || word == "constraints") && text(2) != ".";
  }

  // What is dropped at the end of its transaction is none.
  [[nodiscard]] bool creates_temporary() const {
    if (has("commit", "drop")) return false;
    std::size_t at = 1;
    if (text(at) == "or" && text(at + 1) == "replace") at += 2;
    if (text(at) == "local" || text(at) == "global") ++at;
    return text(at) == "temp" || text(at) == "temporary" || has_temporary_name();
  }
  // CREATE TABLE IF NOT EXISTS pg_temp.name
  [[nodiscard]] bool has_temporary_name() const {
    constexpr std::size_t kMostWordsBefore = 8;
    for (std::size_t at = 1; at <= kMostWordsBefore; ++at) {
      if (text(at) == "(" || text(at) == "as") return false;
      if (text(at) == "pg_temp" && text(at + 1) == ".") return true;
    }
    return false;
  }

  [[nodiscard]] StateKinds kinds_of_calls() const {
    StateKinds kinds;
    for (std::size_t at = 0; at + 1 < tokens_.size(); ++at) {
      if (text(at + 1) != "(") continue;
      const auto name = text(at);
      if (is_one_of(name, kSessionLocks)) kinds.add(StateKind::AdvisoryLock);
      if (name == "lastval" || name == "currval") kinds.add(StateKind::SequenceValue);
      if (name == "set_config" && is_last_argument_false(at + 1)) kinds.add(StateKind::Settings);
    }
    return kinds;
  }

  [[nodiscard]] bool is_last_argument_false(std::size_t parenthesis) const {
    int depth = 0;
    for (auto at = parenthesis; at < tokens_.size(); ++at) {
      if (text(at) == "(") ++depth;
      if (text(at) != ")" || --depth > 0) continue;
      std::string argument(tokens_[at - 1].source);
      std::ranges::transform(argument, argument.begin(),
                             [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
      return text(at - 2) == "," && is_one_of(argument, kFalse);
    }
    return false;
  }

  std::vector<SqlToken> tokens_;
};

}  // namespace

StateKinds explicit_state(std::string_view text) {
  StateKinds kinds;
  SqlLexer lexer(text);
  Statement statement;
  bool goes_on = true;
  while (goes_on) {
    goes_on = statement.read(lexer);
    kinds.add(statement.kinds());
  }
  return kinds;
}

}  // namespace howdah::protocol
