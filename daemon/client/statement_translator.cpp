#include "daemon/client/statement_translator.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "protocol/messages.h"
#include "protocol/sql_statement_names.h"

namespace howdah::client {

using protocol::Asker;
using protocol::Bytes;
using protocol::Request;
using protocol::StatementNote;
using protocol::StatementPointer;
using Kind = StatementNote::Kind;
using Presence = protocol::ServerStatements::Presence;

namespace {

// A name that no statement on a server has: ours go on with digits.
constexpr std::string_view kNobodysName = "howdah_none";

bool looks_like_ours(std::string_view name) {
  return name.starts_with(protocol::kServerNamePrefix);
}

std::size_t frame_bytes(const protocol::Piece& piece) {
  return static_cast<std::size_t>(protocol::read_int32(piece.bytes.substr(1))) + 1;
}

}  // namespace

StatementTranslator::Translation StatementTranslator::begin_frame(const protocol::Piece& piece,
                                                                  server::ServerConnection& server,
                                                                  io::OutputBatch& out) {
  Call call{piece, server, out};
  trim(call);
  switch (piece.type) {
    case 'P':
      return parse(call);
    case 'B':
      return bind(call);
    case 'Q':
      return query(call);
    default:
      return target(call);
  }
}

// --- Parse

StatementTranslator::Translation StatementTranslator::parse(Call& call) {
  if (!call.piece.is_end) return parse_too_large(call);
  const auto body = protocol::read_parse(call.piece.body());
  if (!body) {
    call.server.owed().expect(Request::Parse);  // the server will say what is wrong with it
    return {};
  }
  if (call.server.words().names_statements() &&
      !put_visible_in_place(call, protocol::statement_text(body->definition))) {
    return {.is_held = true};
  }
  if (body->name.empty()) return parse_unnamed(call, body->definition);
  return parse_named(call, protocol::cut_statement_name(body->name), body->definition);
}

// The statement is on this server only, so the session stays with it.
StatementTranslator::Translation StatementTranslator::parse_too_large(Call& call) {
  if (call.piece.body().starts_with('\0')) return parse_unnamed(call, {});
  call.server.left_state().add(protocol::StateKind::NamedStatement);
  call.server.owed().expect(Request::Parse);
  return {};
}

StatementTranslator::Translation StatementTranslator::parse_unnamed(Call& call, Bytes definition) {
  if (!std::exchange(has_unnamed_before_, true)) std::swap(unnamed_before_, unnamed_);
  unnamed_.number = session_id_ << 32U | ++unnamed_count_;
  unnamed_.definition = definition;
  unnamed_batch_ = call.server.owed().batch() + 1;
  expect_noted(call, Request::Parse, Asker::Client, {.kind = Kind::UnnamedParse, .unnamed = unnamed_.number});
  return {};
}

StatementTranslator::Translation StatementTranslator::parse_named(Call& call, std::string_view name, Bytes definition) {
  auto& owed = call.server.owed();
  if (sql_names_.contains(std::string(name))) {
    owed.expect(Request::Parse);  // the server knows this name from PREPARE
    return {};
  }
  const auto* under_way = call.server.statements().newest_for(name);
  if (under_way != nullptr && under_way->batch != owed.batch()) return {.is_held = true};
  const auto found = look_up(call, name);
  if (found.is_held) return {.is_held = true};
  if (found.statement) return parse_again(call, found.statement, definition);
  const auto kind = variant(call.server);
  auto statement = cache_.intern(kind, definition);
  if (can_reuse(call, statement)) return reuse(call, name, statement);
  const bool is_new = call.server.statements().presence(statement, owed.batch()) == Presence::Absent;
  if (!is_new) statement = cache_.renew(kind, definition);
  expect_noted(call, Request::Parse, Asker::Client,
               {.kind = Kind::ClientParse, .statement = statement, .name = std::string(name)});
  call.out.own_written([&](std::string& out) { protocol::append_parse(out, statement->server_name(), definition); });
  return {.replaced_bytes = call.piece.bytes.size()};
}

// Instead of the Parse the server closes what it does not have: its answer comes in the right place, and the
// client gets a ParseComplete for it.
StatementTranslator::Translation StatementTranslator::reuse(Call& call, std::string_view name,
                                                            const StatementPointer& statement) {
  call.server.statements().touch(statement);
  expect_noted(call, Request::Close, Asker::Client,
               {.kind = Kind::ClientReuse, .statement = statement, .name = std::string(name)});
  call.out.own_written([](std::string& out) { protocol::append_close_statement(out, kNobodysName); });
  return {.replaced_bytes = call.piece.bytes.size()};
}

// The name is taken: the server says so, since it is made to know it.
StatementTranslator::Translation StatementTranslator::parse_again(Call& call, const StatementPointer& statement,
                                                                  Bytes definition) {
  put_in_place(call, statement);
  call.server.owed().expect(Request::Parse);
  call.out.own_written([&](std::string& out) { protocol::append_parse(out, statement->server_name(), definition); });
  return {.replaced_bytes = call.piece.bytes.size()};
}

// What the server prepared earlier stands for a new Parse only where that could not have failed.
bool StatementTranslator::can_reuse(const Call& call, const StatementPointer& statement) const {
  return call.server.status() != protocol::TransactionStatus::Failed && call.server.owed().client_ready_count() == 0 &&
         call.server.statements().is_prepared_since(statement, cache_.catalog_version());
}

// Settings that we do not know make a statement this session's own.
std::string StatementTranslator::variant(const server::ServerConnection& server) const {
  if (server.words().has_local_set() || server.left_state().has(protocol::StateKind::Settings) ||
      server.left_state().has(protocol::StateKind::CodeBlock)) {
    return "session " + std::to_string(session_id_) + '\0';
  }
  return protocol::naming_settings_key(server.settings());
}

// --- Bind, Describe, Close

StatementTranslator::Translation StatementTranslator::bind(Call& call) {
  const auto front = protocol::read_bind_front(call.piece.body());
  if (!front) {
    call.server.owed().expect(Request::Bind);
    return {};
  }
  if (front->statement.empty()) {
    if (!put_unnamed_in_place(call)) return {.is_held = true};
    call.server.owed().expect(Request::Bind);
    return {};
  }
  const auto found = look_up(call, protocol::cut_statement_name(front->statement));
  if (found.is_held) return {.is_held = true};
  if (found.statement) put_in_place(call, found.statement);
  call.server.owed().expect(Request::Bind);
  if (!found.statement && !looks_like_ours(front->statement)) return {};
  const auto name = found.statement ? std::string_view(found.statement->server_name()) : kNobodysName;
  const auto replaced_bytes = protocol::kFrameHeaderBytes + front->size_bytes;
  call.out.own_written([&](std::string& out) {
    protocol::append_bind_front(out, front->portal, name, frame_bytes(call.piece) - replaced_bytes);
  });
  return {.replaced_bytes = replaced_bytes};
}

StatementTranslator::Translation StatementTranslator::target(Call& call) {
  const bool is_describe = call.piece.type == 'D';
  const auto target = protocol::read_target(call.piece.body());
  if (!target || target->kind != 'S') {
    call.server.owed().expect(is_describe ? Request::Describe : Request::Close);
    return {};
  }
  return is_describe ? describe(call, target->name) : close(call, target->name);
}

StatementTranslator::Translation StatementTranslator::describe(Call& call, std::string_view name) {
  auto& owed = call.server.owed();
  if (name.empty()) {
    if (!put_unnamed_in_place(call)) return {.is_held = true};
    owed.expect(Request::Describe);
    return {};
  }
  const auto found = look_up(call, protocol::cut_statement_name(name));
  if (found.is_held) return {.is_held = true};
  if (found.statement) put_in_place(call, found.statement);
  owed.expect(Request::Describe);
  if (!found.statement && !looks_like_ours(name)) return {};
  const auto server_name = found.statement ? std::string_view(found.statement->server_name()) : kNobodysName;
  call.out.own_written([&](std::string& out) { protocol::append_describe_statement(out, server_name); });
  return {.replaced_bytes = call.piece.bytes.size()};
}

// The server keeps the statement, for others; what is closed there is the client's name, known or not.
StatementTranslator::Translation StatementTranslator::close(Call& call, std::string_view name) {
  if (name.empty()) {
    unnamed_batch_ = call.server.owed().batch() + 1;
    expect_noted(call, Request::Close, Asker::Client, {.kind = Kind::UnnamedClose});
    return {};
  }
  const auto cut = protocol::cut_statement_name(name);
  expect_noted(call, Request::Close, Asker::Client, {.kind = Kind::ClientClose, .name = std::string(cut)});
  if (!looks_like_ours(name)) return {};
  call.out.own_written([](std::string& out) { protocol::append_close_statement(out, kNobodysName); });
  return {.replaced_bytes = call.piece.bytes.size()};
}

// --- Query

StatementTranslator::Translation StatementTranslator::query(Call& call) {
  const auto body = call.piece.body();
  if (call.server.words().names_statements() && !put_visible_in_place(call, body.substr(0, body.find('\0')))) {
    return {.is_held = true};
  }
  call.server.owed().expect(Request::Query);
  return {};
}

// --- what the server lacks

StatementTranslator::LookUp StatementTranslator::look_up(const Call& call, std::string_view name) const {
  const auto& statements = call.server.statements();
  const auto batch = call.server.owed().batch();
  const auto* under_way = statements.newest_for(name);
  if (under_way == nullptr) {
    auto statement = names_.find(name);
    if (statement && statements.presence(statement, batch) == Presence::Uncertain) return {.is_held = true};
    return {.statement = std::move(statement)};
  }
  // A Parse of an earlier batch need not be waited for: if it fails, what the server says then is what
  // PostgreSQL says.
  if (under_way->batch != batch && under_way->kind != Kind::ClientParse) return {.is_held = true};
  if (under_way->kind == Kind::ClientClose) return {};
  return {.statement = under_way->statement};
}

void StatementTranslator::put_in_place(Call& call, const StatementPointer& statement) {
  if (call.server.statements().presence(statement, call.server.owed().batch()) == Presence::Absent) {
    parse_in_front(call, statement);
  } else {
    call.server.statements().touch(statement);
  }
}

bool StatementTranslator::put_unnamed_in_place(Call& call) {
  auto& owed = call.server.owed();
  const auto this_batch = owed.batch() + 1;
  if (unnamed_batch_ == this_batch) return true;
  if (owed.client_ready_count() > 0) return false;
  settle_unnamed(call.server);
  unnamed_batch_ = this_batch;
  if (call.server.statements().unnamed() == unnamed_.number) return true;
  if (unnamed_.number == 0) {
    expect_noted(call, Request::Close, Asker::Pooler, {.kind = Kind::UnnamedClose});
    call.out.own_written([](std::string& out) { protocol::append_close_statement(out, ""); });
  } else {
    expect_noted(call, Request::Parse, Asker::Pooler, {.kind = Kind::UnnamedParse, .unnamed = unnamed_.number});
    call.out.own_written([&](std::string& out) { protocol::append_parse(out, "", unnamed_.definition); });
  }
  return true;
}

bool StatementTranslator::put_visible_in_place(Call& call, std::string_view text) {
  auto& statements = call.server.statements();
  const auto batch = call.server.owed().batch();
  const auto names = protocol::read_statement_names(text);
  std::map<std::string, StatementPointer> missing;
  for (const auto* list : {&names.prepared, &names.executed, &names.deallocated}) {
    for (const auto& name : *list) {
      const auto presence = statements.visible_presence(name, batch);
      if (presence == Presence::Uncertain) return false;
      if (presence == Presence::Present || missing.contains(name)) continue;
      const auto found = look_up(call, name);
      if (found.is_held) return false;
      if (found.statement) missing.emplace(name, found.statement);
    }
  }
  for (const auto& [name, statement] : missing) {
    expect_noted(call, Request::Parse, Asker::Pooler, {.kind = Kind::VisibleParse, .name = name});
    call.out.own_written([&](std::string& out) { protocol::append_parse(out, name, statement->definition()); });
  }
  if (!missing.empty() && call.piece.type == 'Q') {  // an error must not make the server skip the Query
    call.server.owed().expect(Request::Sync, Asker::Pooler);
    call.out.own_written([](std::string& out) { protocol::append_sync(out); });
  }
  std::ranges::copy(names.deallocated, std::back_inserter(deallocating_));
  std::ranges::copy(names.prepared, std::back_inserter(preparing_));
  return true;
}

// Before a batch nothing is in use: what is too much goes, and all of it where the catalog has outdated it.
void StatementTranslator::trim(Call& call) {
  auto& statements = call.server.statements();
  if (!call.server.owed().is_settled()) return;
  auto surplus = statements.size() > limits_.per_server ? statements.size() - limits_.per_server : 0;
  if (statements.stale_version() != cache_.stale_version()) surplus = statements.size();
  statements.set_stale_version(cache_.stale_version());
  for (const auto& statement : statements.in_order_of_use()) {
    if (surplus-- == 0) break;
    close_in_front(call, statement);
  }
}

void StatementTranslator::parse_in_front(Call& call, const StatementPointer& statement) {
  expect_noted(call, Request::Parse, Asker::Pooler, {.kind = Kind::FrontParse, .statement = statement});
  call.out.own_written(
      [&](std::string& out) { protocol::append_parse(out, statement->server_name(), statement->definition()); });
}

void StatementTranslator::close_in_front(Call& call, const StatementPointer& statement) {
  expect_noted(call, Request::Close, Asker::Pooler, {.kind = Kind::FrontClose, .statement = statement});
  call.out.own_written([&](std::string& out) { protocol::append_close_statement(out, statement->server_name()); });
}

void StatementTranslator::expect_noted(Call& call, Request request, Asker asker, StatementNote note) {
  auto& owed = call.server.owed();
  note.batch = owed.batch();
  note.catalog_version = cache_.catalog_version();
  if (owed.expect(request, asker, true)) call.server.statements().note(std::move(note));
}

}  // namespace howdah::client
