// Statements whose tables have changed since clients were told what rows they give.
#include <algorithm>
#include <utility>

#include "daemon/client/statement_translator.h"
#include "protocol/messages.h"

namespace howdah::client {

using protocol::Asker;
using protocol::Request;
using protocol::StatementNote;
using protocol::StatementPointer;
using Kind = StatementNote::Kind;
using Presence = protocol::ServerStatements::Presence;

StatementTranslator::LookUp StatementTranslator::look_up_to_use(Call& call, std::string_view name,
                                                                Description description) {
  if (call.server.statements().is_checking()) return {.is_held = true};
  auto found = usable(call, look_up(call, name), description);
  if (found.is_renewed) prepared_->names.add(name, found.statement);
  return found;
}

// In a transaction that has failed the server says no more than that.
StatementTranslator::LookUp StatementTranslator::usable(Call& call, LookUp found, Description description) {
  if (!found.statement || call.server.status() == protocol::TransactionStatus::Failed) return found;
  if (!is_outdated(found.statement)) {
    if (!must_be_checked(call, found.statement)) return found;
    check(call, found.statement);
    return {.is_held = true};
  }
  const bool is_relied_on = found.statement->told().is_known();
  if (is_relied_on && description != Description::Comes) {
    return {.is_held = description == Description::Unknown, .is_refused = true};
  }
  return {.statement = cache_->intern(variant(call.server), found.statement->definition()), .is_renewed = true};
}

StatementTranslator::Description StatementTranslator::description_of(const Call& call) {
  if (!call.piece.is_end) return Description::Lacks;  // too large to wait for what follows
  if (call.behind.empty()) return Description::Unknown;
  if (call.behind.front() != 'D') return Description::Lacks;
  if (call.behind.size() <= protocol::kFrameHeaderBytes) return Description::Unknown;
  return call.behind[protocol::kFrameHeaderBytes] == 'P' ? Description::Comes : Description::Lacks;
}

bool StatementTranslator::is_outdated(const StatementPointer& statement) const {
  return statement->is_outdated() || std::ranges::find(outdated_here_, statement) != outdated_here_.end();
}

// A server that has the statement checks by itself.
bool StatementTranslator::must_be_checked(const Call& call, const StatementPointer& statement) const {
  return statement->catalog_version() != cache_->catalog_version() && statement->told().is_known() &&
         call.server.statements().presence(statement, call.server.owed().batch()) == Presence::Absent;
}

// The answers are waited for. If the text cannot be parsed any more, that error is the client's: the server skips what
// was to follow.
void StatementTranslator::check(Call& call, const StatementPointer& statement) {
  parse_in_front(call, statement);
  expect_noted(call, Request::Describe, Asker::Pooler, {.kind = Kind::FrontDescribe, .statement = statement});
  call.out.own_written([&](std::string& out) { protocol::append_describe_statement(out, statement->server_name()); });
}

void StatementTranslator::on_checked(const StatementNote& note) {
  if (note.shape.fits(note.statement->told())) return;
  if (has_changed_catalog_) {
    outdated_here_.push_back(note.statement);
  } else {
    note.statement->note_outdated();
  }
  cache_->note_stale();
}

protocol::StatementPointer StatementTranslator::bound_statement(protocol::Bytes bind) const {
  const auto front = protocol::read_bind_front(bind.substr(protocol::kFrameHeaderBytes));
  if (!front) return {};
  const auto name = protocol::cut_statement_name(front->statement);
  return name.empty() ? prepared_->unnamed.shared : prepared_->names.find(name);
}

std::string_view StatementTranslator::bound_text(protocol::Bytes bind) const {
  if (!bind.starts_with('B')) return {};
  const auto statement = bound_statement(bind);
  return statement ? protocol::statement_text(statement->definition()) : std::string_view{};
}

void StatementTranslator::on_outdated(protocol::Bytes bind) {
  if (const auto statement = bound_statement(bind)) statement->note_outdated();
  cache_->note_stale();
}

// `name`: how the client calls a statement of which the server does not know yet.
void StatementTranslator::expect_description(Call& call, const StatementPointer& statement, std::string_view name) {
  const bool is_news = statement && (statement->told().parameters == 0 || statement->told().rows == 0);
  if (!is_news && name.empty()) return (void)call.server.owed().expect(Request::Describe);
  expect_noted(
      call, Request::Describe, Asker::Client,
      {.kind = is_news ? Kind::ClientDescribe : Kind::ClientUse, .statement = statement, .name = std::string(name)});
}

}  // namespace howdah::client
