// What the server's answers change for the names of a client.
#include <algorithm>
#include <span>
#include <utility>

#include "daemon/client/statement_translator.h"
#include "protocol/error_fields.h"
#include "protocol/messages.h"
#include "protocol/sqlstate.h"
#include "protocol/statement_events.h"

namespace howdah::client {

using protocol::Asker;
using protocol::Request;
using protocol::StateKind;
using protocol::StatementNote;
using Kind = StatementNote::Kind;

namespace {

// Of a buffer that is used again.
constexpr std::size_t kMostBufferBytes = 256;

std::string take_first(std::vector<std::string>& names) {
  if (names.empty()) return {};
  auto first = std::move(names.front());
  names.erase(names.begin());
  return first;
}

// As PostgreSQL gives it; drivers know it by its routine.
std::string outdated_error() {
  auto fields = protocol::make_error(protocol::Severity::Error, protocol::sqlstate::kFeatureNotSupported,
                                     "cached plan must not change result type");
  fields.routine = "RevalidateCachedQuery";
  std::string frame;
  protocol::append_error(frame, fields);
  return frame;
}

// An error text with an empty name at `at`: where the statement is not there PostgreSQL says it without the quotes.
void call_unnamed(std::string& text, std::size_t at) {
  static constexpr std::string_view kMissing = "prepared statement \"\" does not exist";
  static constexpr std::string_view kUnnamedMissing = "unnamed prepared statement does not exist";
  const auto start = text.find(kMissing);
  if (start != std::string::npos && start < at) text.replace(start, kMissing.size(), kUnnamedMissing);
}

}  // namespace

void StatementTranslator::on_answered(const StatementNote& note) {
  switch (note.kind) {
    case Kind::ClientParse:
    case Kind::ClientReuse:
      if (note.unnamed != 0) {
        answered_ = {.number = note.unnamed, .shared = note.statement};
        return;
      }
      return prepared_->names.add(note.name, note.statement);
    case Kind::ClientClose:
      prepared_->sql_names.erase(note.name);
      return prepared_->names.remove(note.name);
    case Kind::ClientDescribe:
      return note.statement->note_told(note.shape);
    case Kind::FrontDescribe:
      return on_checked(note);
    case Kind::FrontParse:
    case Kind::FrontClose:
    case Kind::UnnamedParse:
    case Kind::UnnamedClose:
    case Kind::VisibleParse:
    case Kind::VisibleClose:
    case Kind::ClientUse:
    case Kind::Setting:
      return;
  }
}

void StatementTranslator::on_command_tag(std::string_view tag, server::ServerConnection& server) {
  if (tag == "DEALLOCATE ALL" || tag == "DISCARD ALL") {
    prepared_->names.clear();
    prepared_->sql_names.clear();
  } else if (tag == "DEALLOCATE") {
    const auto name = take_first(deallocating_);
    prepared_->names.remove(name);
    prepared_->sql_names.erase(name);
    server.statements().forget_visible(name);
  } else if (tag == "PREPARE") {
    if (auto name = take_first(preparing_); !name.empty()) prepared_->sql_names.insert(std::move(name));
  } else if (protocol::is_catalog_change(tag)) {
    has_changed_catalog_ = true;
    cache_->note_catalog_change();
  }
}

std::string StatementTranslator::on_error(protocol::Bytes frame, const std::optional<StatementNote>& asked) {
  const auto fields = protocol::read_error(frame.substr(protocol::kFrameHeaderBytes));
  if (protocol::is_statement_outdated(fields)) cache_->note_stale();
  std::string translated(frame);
  const auto start = translated.find(protocol::kServerNamePrefix);
  if (start == std::string::npos) return translated;
  if (translated.compare(start, kOutdatedName.size(), kOutdatedName) == 0) return outdated_error();
  if (translated.compare(start, kForeignPrefix.size(), kForeignPrefix) == 0) {
    translated.erase(start, kForeignPrefix.size());
  } else {
    const auto digits = start + protocol::kServerNamePrefix.size();
    const auto end = translated.find_first_not_of("0123456789", digits);
    const bool is_use = asked && (asked->kind == Kind::ClientUse || asked->kind == Kind::ClientDescribe);
    const auto name = is_use && !asked->name.empty()
                          ? std::optional(asked->name)
                          : client_name_of(std::string_view(translated).substr(start, end - start));
    if (!name) return translated;
    translated.replace(start, end - start, *name);
    if (name->empty() && fields.sqlstate == protocol::sqlstate::kInvalidSqlStatementName) {
      call_unnamed(translated, start);
      cache_->note_stale();  // a function has dropped it: what servers have is prepared anew
    }
  }
  std::string length;
  protocol::append_int32(length, static_cast<std::int32_t>(translated.size() - 1));
  translated.replace(1, length.size(), length);
  return translated;
}

std::optional<std::string> StatementTranslator::client_name_of(std::string_view server_name) const {
  const auto is_it = [server_name](const ServerName& name) { return name.statement->server_name() == server_name; };
  const auto found = std::ranges::find_if(parsed_, is_it);
  if (found != parsed_.end()) return found->client_name;
  const auto name = prepared_->names.name_of(server_name);
  return name.empty() ? std::nullopt : std::optional(std::string(name));
}

void StatementTranslator::begin_lease(const Lessee& lessee, const server::ServerConnection& server) {
  prepared_ = &lessee.prepared;
  cache_ = &lessee.cache;
  limits_ = lessee.limits;
  session_id_ = lessee.session_id;
  unnamed_changes_ = server.statements().unnamed_changes();
}

// What settle() has left. The buffers are used again.
void StatementTranslator::end_lease() {
  prepared_ = nullptr;
  if (answered_.number != 0) answered_ = {};
  if (described_next_.statement) described_next_ = {};
  changing_batch_ = 0;
  bound_setting_.text.clear();
}

void StatementTranslator::settle(server::ServerConnection& server) {
  settle_unnamed(server);
  parsed_.clear();
  if (server.status() != protocol::TransactionStatus::Idle) return;
  is_changing_names_ = false;
  deallocating_.clear();
  preparing_.clear();
  outdated_here_.clear();
  if (std::exchange(has_changed_catalog_, false)) cache_->note_catalog_change();  // only now do others see it
}

// Its buffer is used again, if it is small: it may go on to another client, and stay with that one while it is idle.
void StatementTranslator::forget(UnnamedStatement& before) {
  before.shared.reset();
  before.definition.clear();
  if (before.definition.capacity() > kMostBufferBytes) before.definition.shrink_to_fit();
}

// What the server ran is the truth. What it skipped never was: then what the session had before still counts.
void StatementTranslator::settle_unnamed(server::ServerConnection& server) {
  unnamed_batch_ = 0;
  const auto& statements = server.statements();
  const auto before_count = std::exchange(unnamed_before_count_, 0);
  const bool has_changed = unnamed_changes_ != statements.unnamed_changes();
  unnamed_changes_ = statements.unnamed_changes();
  if (!has_changed && before_count == 0) return;
  const bool is_known_to_be_none =
      statements.session_unnamed() == 0 && prepared_->unnamed.number == 0 && before_count == 0;
  if (is_known_to_be_none && answered_.number == 0) return server.left_state().remove(StateKind::UnnamedStatement);
  const auto number = has_changed ? statements.session_unnamed() : unnamed_before_.front().number;
  const std::span before(unnamed_before_.data(), std::min(before_count, kMostUnnamedBefore));
  if (number != prepared_->unnamed.number) {
    const auto found = std::ranges::find(before, number, &UnnamedStatement::number);
    if (number == answered_.number) {
      prepared_->unnamed = answered_;
    } else if (found != before.end()) {
      std::swap(prepared_->unnamed, *found);
    } else {
      prepared_->unnamed = {.number = number};
    }
  }
  answered_ = {};
  for (auto& one : before) forget(one);
  auto& left = server.left_state();
  const bool is_lost =
      prepared_->unnamed.number != 0 && prepared_->unnamed.definition.empty() && !prepared_->unnamed.shared;
  is_lost ? left.hold(StateKind::UnnamedStatement) : left.remove(StateKind::UnnamedStatement);
}

bool StatementTranslator::close_visible(server::ServerConnection& server, io::OutputBatch& out) {
  const auto& names = server.statements().visible_names();
  if (names.empty()) return false;
  auto& owed = server.owed();
  for (const auto& name : names) {
    owed.expect(Request::Close, Asker::Pooler, true);
    server.statements().note({.kind = Kind::VisibleClose, .batch = owed.batch(), .name = name});
    out.own_written([&](std::string& bytes) { protocol::append_close_statement(bytes, name); });
  }
  owed.expect(Request::Sync, Asker::Pooler);
  out.own_written([](std::string& bytes) { protocol::append_sync(bytes); });
  return true;
}

}  // namespace howdah::client
