// Prepared statements that SQL text names: EXECUTE, PREPARE, DEALLOCATE.
#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "daemon/client/statement_translator.h"
#include "protocol/messages.h"
#include "protocol/set_command.h"
#include "protocol/sql_statement_names.h"

namespace howdah::client {

using protocol::Asker;
using protocol::Request;
using protocol::StatementNote;
using protocol::StatementPointer;
using Kind = StatementNote::Kind;
using Presence = protocol::ServerStatements::Presence;

StatementTranslator::Translation StatementTranslator::query(Call& call) {
  const auto& words = call.server.words();
  const bool is_plain = !words.names_statements() && !words.changes_statements() && !words.names_settings();
  if (is_plain) {
    call.server.owed().expect(Request::Query);
    return {};
  }
  const auto text = protocol::statement_text(call.piece.body());
  if (words.names_statements() && !put_visible_in_place(call, text)) return hold(call);
  if (words.changes_statements()) note_changes(text);
  if (call.piece.is_end && protocol::read_set_command(text)) {
    expect_noted(call, Request::Query, Asker::Client, {.kind = Kind::Setting, .name = std::string(text)});
  } else {
    call.server.owed().expect(Request::Query);
  }
  return {};
}

// Its words count as if it had come now: the Parse may have been in another lease, on another server.
bool StatementTranslator::take_text(Call& call, protocol::Bytes definition) {
  const auto text = protocol::statement_text(definition);
  auto& words = call.server.words();
  words.begin_text();
  words.feed(text);
  if (call.server.has_telling_text()) call.server.note_text(text);
  return !words.names_statements() || put_visible_in_place(call, text);
}

bool StatementTranslator::take_bound_text(Call& call, protocol::Bytes definition) {
  if (!take_text(call, definition)) return false;
  if (call.server.words().changes_statements()) note_changes(protocol::statement_text(definition));
  return true;
}

bool StatementTranslator::put_visible_in_place(Call& call, std::string_view text) {
  if (!are_names_certain(call)) return false;
  auto& statements = call.server.statements();
  auto& owed = call.server.owed();
  const auto batch = owed.batch();
  if (owed.is_empty()) {
    deallocating_.clear();
    preparing_.clear();
  }
  const auto names = protocol::read_statement_names(text);
  std::map<std::string, StatementPointer> missing;
  for (const auto* list : {&names.prepared, &names.executed, &names.deallocated}) {
    for (const auto& name : *list) {
      const auto presence = statements.visible_presence(name, batch);
      if (presence == Presence::Uncertain) return false;
      if (presence == Presence::Present || missing.contains(name)) continue;
      const auto* under_way = statements.newest_for(name);
      if (under_way != nullptr && under_way->batch != batch) return false;
      const auto found = look_up(call, name);
      if (found.is_held) return false;
      if (found.statement) missing.emplace(name, found.statement);
    }
  }
  if (missing.empty()) return true;
  const bool is_query = call.piece.type == 'Q';
  const bool is_failed = call.server.status() == protocol::TransactionStatus::Failed;
  // A Sync of ours must not end what the server skips after an error.
  if ((is_query || is_failed) && owed.client_ready_count() > 0) return false;
  if (is_failed) return owed.is_empty();  // nothing that has names runs, unless what is under way ends the transaction
  const bool is_batch_open = owed.is_unsynced();
  for (const auto& [name, statement] : missing) {
    expect_noted(call, Request::Parse, Asker::Pooler, {.kind = Kind::VisibleParse, .name = name});
    call.out.own_written([&](std::string& out) { protocol::append_parse(out, name, statement->definition()); });
  }
  if (is_query && !is_batch_open) {  // an error must not make the server skip the Query
    owed.expect(Request::Sync, Asker::Pooler);
    call.out.own_written([](std::string& out) { protocol::append_sync(out); });
  }
  return true;
}

void StatementTranslator::note_changes(std::string_view text) {
  const auto names = protocol::read_statement_names(text);
  std::ranges::copy(names.deallocated, std::back_inserter(deallocating_));
  std::ranges::copy(names.prepared, std::back_inserter(preparing_));
  is_changing_names_ = true;
}

// Which text an Execute runs is certain only in the batch of its Bind: if that failed, the Execute is skipped as well.
void StatementTranslator::note_bound(Call& call, std::string_view portal, protocol::Bytes definition) {
  const auto text = protocol::statement_text(definition);
  if (call.server.is_remembering_texts()) call.server.remember_text(text);
  if (!portal.empty()) return;
  bound_setting_ = {};
  if (protocol::read_set_command(text)) bound_setting_ = {call.server.owed().batch(), std::string(text)};
}

std::string_view StatementTranslator::bound_setting(const protocol::Piece& piece,
                                                    const server::ServerConnection& server) const {
  const bool is_it = bound_setting_.batch == server.owed().batch() && piece.body().starts_with('\0');
  return is_it ? std::string_view(bound_setting_.text) : std::string_view();
}

// False: it runs something else.
bool StatementTranslator::begin_setting(const protocol::Piece& piece, server::ServerConnection& server) {
  auto& owed = server.owed();
  const auto batch = owed.batch();
  if (bound_setting(piece, server).empty()) return false;
  if (owed.expect(Request::Execute, Asker::Client, true)) {
    server.statements().note({.kind = Kind::Setting, .batch = batch, .name = bound_setting_.text});
  }
  return true;
}

}  // namespace howdah::client
