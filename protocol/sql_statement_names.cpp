#include "protocol/sql_statement_names.h"

#include "protocol/sql_lexer.h"
#include "protocol/statement_messages.h"

namespace howdah::protocol {

namespace {

// Which list the name behind a key word belongs to; null: none.
std::vector<std::string>* list_for(SqlStatementNames& names, const SqlToken& token) {
  if (token.kind != SqlToken::Kind::Word) return nullptr;
  if (token.text == "prepare") return &names.prepared;
  if (token.text == "execute") return &names.executed;
  if (token.text == "deallocate") return &names.deallocated;
  return nullptr;
}

}  // namespace

SqlStatementNames read_statement_names(std::string_view text) {
  SqlStatementNames names;
  std::vector<std::string>* list = nullptr;
  SqlLexer lexer(text);
  while (const auto token = lexer.next()) {
    const bool is_noise = list == &names.deallocated && token->kind == SqlToken::Kind::Word && token->text == "prepare";
    if (is_noise) continue;  // DEALLOCATE PREPARE name
    if (list == nullptr) {
      list = list_for(names, *token);
      continue;
    }
    const bool is_all = list == &names.deallocated && token->kind == SqlToken::Kind::Word && token->text == "all";
    if (token->kind != SqlToken::Kind::Other && !is_all) list->emplace_back(cut_statement_name(token->text));
    list = nullptr;
  }
  return names;
}

}  // namespace howdah::protocol
