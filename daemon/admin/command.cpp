#include "daemon/admin/command.h"

#include "daemon/admin/verbs.h"
#include "protocol/sqlstate.h"

namespace howdah::admin {

using protocol::ErrorFields;
using protocol::Severity;

namespace {

bool may(Role role, Role needed) {
  return role == Role::Acts || needed == Role::Looks;
}

// Drivers that put values into the text themselves put them into brackets.
Statement without_brackets(Statement statement) {
  std::erase_if(statement.words, [](const std::string& word) { return word == "(" || word == ")"; });
  return statement;
}

void append_upper(std::string& out, std::string_view text) {
  for (const char letter : text) out += letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
}

}  // namespace

std::expected<Command, ErrorFields> read_command(const Statement& statement, Role role) {
  if (statement.words.empty()) return Command{};
  const auto* verb = find_verb(statement.words.front());
  if (verb == nullptr) return unknown_command(statement);
  if (!may(role, verb->needs) && !is_courtesy(statement)) {
    return std::unexpected(
        protocol::make_error(Severity::Error, protocol::sqlstate::kInsufficientPrivilege, "admin access needed"));
  }
  return verb->read(without_brackets(statement));
}

ErrorFields help() {
  auto notice = protocol::make_error(Severity::Notice, "00000", "Console usage");
  notice.detail = "\n\tSHOW HELP";
  for (const auto& show : all_shows()) append_upper(notice.detail.append("\n\tSHOW "), show.name);
  for (const auto& verb : all_verbs()) {
    if (!verb.usage.empty()) notice.detail.append("\n\t").append(verb.usage);
  }
  return notice;
}

}  // namespace howdah::admin
