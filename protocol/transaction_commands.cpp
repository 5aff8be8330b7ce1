#include "protocol/transaction_commands.h"

#include <algorithm>
#include <array>
#include <string>

#include "protocol/sql_lexer.h"

namespace howdah::protocol {

namespace {

using Kind = TransactionCommand::Kind;

constexpr std::size_t kLongestCommand = 200;

struct Form {
  std::string_view words;
  TransactionCommand command;
  bool has_modes;
};

constexpr std::array kForms = {
    Form{"begin", {Kind::Begin, "BEGIN"}, true},
    Form{"begin work", {Kind::Begin, "BEGIN"}, true},
    Form{"begin transaction", {Kind::Begin, "BEGIN"}, true},
    Form{"start transaction", {Kind::Begin, "START TRANSACTION"}, true},
    Form{"commit", {Kind::End, "COMMIT"}, false},
    Form{"commit work", {Kind::End, "COMMIT"}, false},
    Form{"commit transaction", {Kind::End, "COMMIT"}, false},
    Form{"end", {Kind::End, "COMMIT"}, false},
    Form{"end work", {Kind::End, "COMMIT"}, false},
    Form{"end transaction", {Kind::End, "COMMIT"}, false},
    Form{"rollback", {Kind::End, "ROLLBACK"}, false},
    Form{"rollback work", {Kind::End, "ROLLBACK"}, false},
    Form{"rollback transaction", {Kind::End, "ROLLBACK"}, false},
    Form{"abort", {Kind::End, "ROLLBACK"}, false},
    Form{"abort work", {Kind::End, "ROLLBACK"}, false},
    Form{"abort transaction", {Kind::End, "ROLLBACK"}, false},
};

// Modes that every server accepts in every transaction.
constexpr std::array<std::string_view, 4> kModes = {" isolation level read committed",
                                                    " isolation level read uncommitted",
                                                    " isolation level repeatable read", " read only"};

// Every text is asked about: its first two letters tell of most that they are none of these.
bool may_begin_a_command(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ';'; };
  const auto first = std::ranges::find_if_not(text, is_blank);
  if (text.end() - first < 2 || text.size() > kLongestCommand) return false;
  const auto is = [first](char one, char other) { return (first[0] | ' ') == one && (first[1] | ' ') == other; };
  return is('b', 'e') || is('s', 't') || is('c', 'o') || is('r', 'o') || is('e', 'n') || is('a', 'b');
}

// The words of the one statement in the text, with single blanks; nothing where there is anything else.
std::optional<std::string> only_words(std::string_view text) {
  if (text.contains('\v')) return std::nullopt;  // a blank since PostgreSQL 16
  std::string words;
  SqlLexer lexer(text);
  bool is_ended = false;
  while (const auto token = lexer.next()) {
    const bool is_semicolon = token->kind == SqlToken::Kind::Other && token->text == ";";
    if (is_semicolon && !words.empty()) {
      is_ended = true;
      continue;
    }
    if (token->kind != SqlToken::Kind::Word || is_ended) return std::nullopt;
    if (!words.empty()) words.push_back(' ');
    words += token->text;
  }
  return words;
}

}  // namespace

std::optional<TransactionCommand> read_transaction_command(std::string_view text) {
  if (!may_begin_a_command(text)) return std::nullopt;
  const auto words = only_words(text);
  if (!words) return std::nullopt;
  for (const auto& form : kForms) {
    if (*words == form.words) return form.command;
    if (!form.has_modes || !words->starts_with(form.words)) continue;
    const auto rest = std::string_view(*words).substr(form.words.size());
    for (const auto mode : kModes) {
      if (rest == mode) return form.command;
    }
  }
  return std::nullopt;
}

}  // namespace howdah::protocol
