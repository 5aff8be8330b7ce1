#include "protocol/database_commands.h"

#include <algorithm>
#include <array>

#include "protocol/sql_lexer.h"
#include "protocol/sqlstate.h"

namespace howdah::protocol {

namespace {

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// Other bytes than ASCII too: quotes of other languages, which may also be letters of a name.
bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Or with a comment.
bool may_begin_with_verb(std::string_view text) {
  const auto first = std::ranges::find_if_not(text, is_blank);
  return first != text.end() && std::string_view("cCaAdD/-").contains(*first);
}

}  // namespace

bool is_database_command(std::string_view text) {
  if (!may_begin_with_verb(text)) return false;
  SqlLexer lexer(text);
  const auto verb = lexer.next();
  if (!verb || verb->kind != SqlToken::Kind::Word) return false;
  if (verb->text != "create" && verb->text != "alter" && verb->text != "drop") return false;
  const auto object = lexer.next();
  return object && object->kind == SqlToken::Kind::Word && object->text == "database";
}

// The routines are not translated, as the text may be. Other objects in use have the same SQLSTATE.
bool is_database_in_use(const ErrorFields& error) {
  static constexpr std::array<std::string_view, 4> kRoutines = {"dropdb", "createdb", "RenameDatabase", "movedb"};
  return error.sqlstate == sqlstate::kObjectInUse && std::ranges::find(kRoutines, error.routine) != kRoutines.end();
}

bool names_database(std::string_view message, std::string_view name) {
  if (name.empty()) return false;
  for (auto at = message.find(name); at != std::string_view::npos; at = message.find(name, at + 1)) {
    const auto end = at + name.size();
    const bool is_begin = at == 0 || !is_name_byte(message[at - 1]);
    const bool is_end = end == message.size() || !is_name_byte(message[end]);
    if (is_begin && is_end) return true;
  }
  return false;
}

}  // namespace howdah::protocol
