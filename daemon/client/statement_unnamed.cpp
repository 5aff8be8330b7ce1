// The unnamed statement of a session. It is the server's own unnamed one, put in place where it is not; or, with
// `prepared_statements.reuse_unnamed` and a text seen before, a shared statement stands for it: to the client it is
// unnamed, on servers it has a name, as the named ones of all clients have.
#include <utility>

#include "daemon/client/statement_translator.h"
#include "protocol/messages.h"
#include "protocol/plannable_text.h"
#include "protocol/set_command.h"

namespace howdah::client {

using protocol::Asker;
using protocol::Bytes;
using protocol::Request;
using protocol::StatementPointer;
using protocol::TransactionStatus;
using Kind = protocol::StatementNote::Kind;
using Presence = protocol::ServerStatements::Presence;

StatementTranslator::Translation StatementTranslator::parse_unnamed(Call& call, Bytes definition) {
  if (const auto shared = shared_for(call, definition)) return parse_shared(call, shared);
  auto& unnamed = replace_unnamed(call, new_unnamed_number());
  unnamed.definition = definition;
  const auto& words = call.server.words();
  unnamed.names_statements = words.names_statements() || words.changes_statements();
  unnamed.is_setting = words.names_settings() && protocol::read_set_command(protocol::statement_text(definition));
  expect_noted(call, Request::Parse, Asker::Client, {.kind = Kind::UnnamedParse, .unnamed = unnamed.number});
  return {};
}

// And to bind it is all that is to be done. With shared ones there is more to be known of each.
bool StatementTranslator::is_unnamed_in_place(const server::ServerConnection& server) const {
  return unnamed_batch_ == server.owed().batch() + 1 && !limits_.reuse_unnamed &&
         !prepared_->unnamed.names_statements && !prepared_->unnamed.is_setting;
}

UnnamedStatement& StatementTranslator::replace_unnamed(Call& call, protocol::UnnamedNumber number) {
  const auto count = unnamed_before_count_++;
  std::swap(unnamed_before_[count == 0 ? 0 : 1 + (count - 1) % (kMostUnnamedBefore - 1)], prepared_->unnamed);
  prepared_->unnamed.number = number;
  prepared_->unnamed.definition.clear();
  prepared_->unnamed.shared.reset();
  prepared_->unnamed.names_statements = false;
  prepared_->unnamed.is_setting = false;
  unnamed_batch_ = call.server.owed().batch() + 1;
  return prepared_->unnamed;
}

StatementPointer StatementTranslator::shared_for(const Call& call, Bytes definition) {
  if (!limits_.reuse_unnamed || definition.empty() || !may_share(call)) return nullptr;
  const auto text = protocol::statement_text(definition);
  if (!protocol::is_plannable(text) || protocol::holds_time_of_parse(text)) return nullptr;
  auto statement = cache_->intern_if_repeated(protocol::meaning_settings_key(call.server.settings()), definition);
  if (!statement) return nullptr;
  const auto presence = call.server.statements().presence(statement, call.server.owed().batch());
  return presence == Presence::Uncertain ? nullptr : statement;
}

// Only where the text means the same as for other clients, and where a Parse of it would do what an earlier one did:
// nothing is under way that may make it fail or change the catalog before it.
bool StatementTranslator::may_share(const Call& call) const {
  const auto& server = call.server;
  return server.status() != TransactionStatus::Failed && server.owed().client_ready_count() == 0 &&
         !has_changed_catalog_ && changing_batch_ != server.owed().batch() + 1 && server.left_state().is_empty() &&
         !server.words().is_telling() && are_names_certain(call);
}

StatementTranslator::Translation StatementTranslator::parse_shared(Call& call, const StatementPointer& statement) {
  auto& unnamed = replace_unnamed(call, new_unnamed_number());
  unnamed.shared = statement;
  const auto presence = call.server.statements().presence(statement, call.server.owed().batch());
  return presence == Presence::Present ? reuse(call, "", statement, unnamed.number)
                                       : prepare(call, "", statement, unnamed.number);
}

bool StatementTranslator::put_unnamed_in_place(Call& call) {
  auto& owed = call.server.owed();
  const auto this_batch = owed.batch() + 1;
  if (unnamed_batch_ == this_batch) return true;
  if (owed.client_ready_count() > 0) return false;
  settle_unnamed(call.server);
  if (!take_text(call, prepared_->unnamed.definition)) return false;
  unnamed_batch_ = this_batch;
  if (call.server.statements().unnamed() == prepared_->unnamed.number) return true;
  if (prepared_->unnamed.number == 0) {
    expect_noted(call, Request::Close, Asker::Pooler, {.kind = Kind::UnnamedClose});
    call.out.own_written([](std::string& out) { protocol::append_close_statement(out, ""); });
  } else {
    expect_noted(call, Request::Parse, Asker::Pooler,
                 {.kind = Kind::UnnamedParse, .unnamed = prepared_->unnamed.number});
    call.out.own_written([&](std::string& out) { protocol::append_parse(out, "", prepared_->unnamed.definition); });
  }
  return true;
}

bool StatementTranslator::is_unnamed_certain(Call& call) {
  const auto& owed = call.server.owed();
  if (unnamed_batch_ == owed.batch() + 1) return true;
  if (owed.client_ready_count() > 0) return false;
  settle_unnamed(call.server);
  return true;
}

StatementTranslator::LookUp StatementTranslator::look_up_shared(Call& call, Description description) {
  const auto& statements = call.server.statements();
  const auto presence = statements.presence(prepared_->unnamed.shared, call.server.owed().batch());
  if (statements.is_checking() || !are_names_certain(call) || presence == Presence::Uncertain) return {.is_held = true};
  auto found = usable(call, {.statement = prepared_->unnamed.shared}, description);
  if (found.is_renewed) prepared_->unnamed.shared = found.statement;
  const bool is_known = !parsed_.empty() && parsed_.back().statement == found.statement;
  if (found.statement && !is_known) parsed_.push_back({found.statement, ""});
  return found;
}

StatementTranslator::Translation StatementTranslator::bind_unnamed(Call& call, const protocol::BindFront& front) {
  if (!is_unnamed_certain(call)) return hold(call);
  if (prepared_->unnamed.shared) {
    const auto description = description_of(call);
    return bind_found(call, front, look_up_shared(call, description), description);
  }
  if (!put_unnamed_in_place(call)) return hold(call);
  if (prepared_->unnamed.names_statements && !take_bound_text(call, prepared_->unnamed.definition)) return hold(call);
  note_bound(call, front.portal, prepared_->unnamed.definition);
  call.server.owed().expect(Request::Bind);
  if (limits_.reuse_unnamed && !protocol::is_plannable(protocol::statement_text(prepared_->unnamed.definition))) {
    changing_batch_ = call.server.owed().batch() + 1;
  }
  return {};
}

StatementTranslator::Translation StatementTranslator::describe_unnamed(Call& call) {
  if (!is_unnamed_certain(call)) return hold(call);
  if (prepared_->unnamed.shared) return describe_found(call, "", look_up_shared(call, Description::Comes));
  if (!put_unnamed_in_place(call)) return hold(call);
  call.server.owed().expect(Request::Describe);
  return {};
}

}  // namespace howdah::client
