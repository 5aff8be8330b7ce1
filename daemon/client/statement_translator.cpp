#include "daemon/client/statement_translator.h"

#include <utility>

#include "protocol/messages.h"

namespace howdah::client {

using protocol::Asker;
using protocol::Bytes;
using protocol::Request;
using protocol::StatementNote;
using protocol::StatementPointer;
using Kind = StatementNote::Kind;
using Presence = protocol::ServerStatements::Presence;

namespace {

// Nothing on a server has this name.
constexpr std::string_view kNobodysName = kForeignPrefix;

bool looks_like_ours(std::string_view name) {
  return name.starts_with(protocol::kServerNamePrefix);
}

// How servers know a name of a client's that is not translated: it must not meet one of ours.
std::string foreign_name(std::string_view name) {
  return std::string(looks_like_ours(name) ? kForeignPrefix : "").append(name);
}

std::size_t frame_bytes(const protocol::Piece& piece) {
  return static_cast<std::size_t>(protocol::read_int32(piece.bytes.substr(1))) + 1;
}

}  // namespace

StatementTranslator::Translation StatementTranslator::begin_frame(const protocol::Piece& piece, Bytes behind,
                                                                  server::ServerConnection& server,
                                                                  io::OutputBatch& out) {
  Call call{piece, behind, server, out};
  if (must_trim_first(call)) return hold(call);
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

// What was sent without a Sync is answered only when it is flushed.
StatementTranslator::Translation StatementTranslator::hold(Call& call) {
  auto& owed = call.server.owed();
  if (owed.unflushed_count() > 0) {
    owed.note_flush();
    call.out.own_written([](std::string& out) { protocol::append_flush(out); });
  }
  return {.is_held = true};
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
    return hold(call);
  }
  if (body->name.empty()) return parse_unnamed(call, body->definition);
  return parse_named(call, *body);
}

// The statement is on this server only, so the session stays with it.
StatementTranslator::Translation StatementTranslator::parse_too_large(Call& call) {
  if (call.piece.body().starts_with('\0')) return parse_unnamed(call, {});
  call.server.left_state().hold(protocol::StateKind::LargeStatement);
  call.server.owed().expect(Request::Parse);
  const auto name = protocol::ByteReader(call.piece.body()).c_string();
  if (!name || !looks_like_ours(*name)) return {};
  call.out.own_written([&](std::string& out) {
    out.push_back('P');
    protocol::append_int32(out, static_cast<std::int32_t>(frame_bytes(call.piece) - 1 + kForeignPrefix.size()));
    protocol::append_c_string(out, foreign_name(*name));
  });
  return {.replaced_bytes = protocol::kFrameHeaderBytes + name->size() + 1};
}

StatementTranslator::Translation StatementTranslator::parse_named(Call& call, const protocol::ParseBody& body) {
  const auto name = protocol::cut_statement_name(body.name);
  const auto definition = body.definition;
  auto& owed = call.server.owed();
  if (!are_names_certain(call)) return hold(call);
  const auto* under_way = call.server.statements().newest_for(name);
  if (under_way != nullptr && under_way->batch != owed.batch()) return hold(call);
  if (under_way == nullptr && prepared_->sql_names.contains(name)) {
    owed.expect(Request::Parse);  // the server knows this name from PREPARE
    return {};
  }
  const auto found = look_up(call, name);
  if (found.is_held) return hold(call);
  if (found.statement) return parse_again(call, found.statement, body);
  const auto kind = variant(call.server);
  auto statement = cache_->intern(kind, definition);
  if (can_reuse(call, statement)) return reuse(call, body.name, statement);
  const bool is_new = call.server.statements().presence(statement, owed.batch()) == Presence::Absent;
  if (!is_new) statement = cache_->renew(kind, definition);
  return prepare(call, body.name, statement);
}

StatementTranslator::Translation StatementTranslator::prepare(Call& call, std::string_view name,
                                                              const StatementPointer& statement,
                                                              protocol::UnnamedNumber unnamed) {
  parsed_.push_back({statement, std::string(name)});
  expect_noted(call, Request::Parse, Asker::Client,
               {.kind = Kind::ClientParse,
                .statement = statement,
                .name = std::string(protocol::cut_statement_name(name)),
                .unnamed = unnamed});
  call.out.own_written(
      [&](std::string& out) { protocol::append_parse(out, statement->server_name(), statement->definition()); });
  return {.replaced_bytes = call.piece.bytes.size()};
}

// Instead of the Parse the server closes what it does not have: its answer comes in the right place, and the
// client gets a ParseComplete for it.
StatementTranslator::Translation StatementTranslator::reuse(Call& call, std::string_view name,
                                                            const StatementPointer& statement,
                                                            protocol::UnnamedNumber unnamed) {
  call.server.statements().touch(statement);
  expect_noted(call, Request::Close, Asker::Client,
               {.kind = Kind::ClientReuse,
                .statement = statement,
                .name = std::string(protocol::cut_statement_name(name)),
                .unnamed = unnamed});
  call.out.own_written([](std::string& out) { protocol::append_close_statement(out, kNobodysName); });
  return {.replaced_bytes = call.piece.bytes.size()};
}

// The name is taken: the server says so, since it is made to know it.
StatementTranslator::Translation StatementTranslator::parse_again(Call& call, const StatementPointer& statement,
                                                                  const protocol::ParseBody& body) {
  if (call.server.statements().is_checking()) return hold(call);
  if (must_be_checked(call, statement)) {
    check(call, statement);
    return hold(call);
  }
  put_in_place(call, statement);
  expect_noted(call, Request::Parse, Asker::Client, {.kind = Kind::ClientUse, .name = std::string(body.name)});
  call.out.own_written(
      [&](std::string& out) { protocol::append_parse(out, statement->server_name(), body.definition); });
  return {.replaced_bytes = call.piece.bytes.size()};
}

// What the server prepared earlier stands for a new Parse only where that could not have failed.
bool StatementTranslator::can_reuse(const Call& call, const StatementPointer& statement) const {
  return !statement->holds_time_of_parse() && call.server.status() != protocol::TransactionStatus::Failed &&
         call.server.owed().client_ready_count() == 0 && call.server.statements().is_prepared(statement);
}

// Settings that we do not know make a statement this session's own, and so does a catalog that others may never see.
std::string StatementTranslator::variant(const server::ServerConnection& server) const {
  if (has_changed_catalog_ || server.words().has_local_set() || server.is_changing_settings() ||
      server.left_state().has(protocol::StateKind::Settings) ||
      server.left_state().has(protocol::StateKind::CodeBlock)) {
    return "session " + std::to_string(session_id_) + '\0';
  }
  return protocol::meaning_settings_key(server.settings());
}

// --- Bind, Describe, Close

StatementTranslator::Translation StatementTranslator::bind(Call& call) {
  const auto front = protocol::read_bind_front(call.piece.body());
  if (!front) {
    call.server.owed().expect(Request::Bind);
    return {};
  }
  if (front->statement.empty()) return bind_unnamed(call, *front);
  if (const auto* statement = in_place(call.server, protocol::cut_statement_name(front->statement))) {
    return {.replaced_bytes = bind_in_place(*front, *statement, frame_bytes(call.piece), call.server, call.out),
            .is_repeatable = description_of(call) == Description::Comes};
  }
  if (!are_names_certain(call)) return hold(call);
  const auto description = description_of(call);
  const auto found = look_up_to_use(call, protocol::cut_statement_name(front->statement), description);
  return bind_found(call, *front, found, description);
}

// The size of the front that it stands for.
std::size_t StatementTranslator::bind_in_place(const protocol::BindFront& front, const StatementPointer& statement,
                                               std::size_t frame_bytes, server::ServerConnection& server,
                                               io::OutputBatch& out) {
  if (front.portal.empty()) bound_setting_.text.clear();
  server.statements().touch(statement);
  server.owed().expect(Request::Bind);
  const auto replaced_bytes = protocol::kFrameHeaderBytes + front.size_bytes;
  out.own_written([&](std::string& bytes) {
    protocol::append_bind_front(bytes, front.portal, statement->server_name(), frame_bytes - replaced_bytes);
  });
  return replaced_bytes;
}

std::optional<StatementTranslator::PlainBind> StatementTranslator::begin_plain_bind(Bytes frame,
                                                                                    server::ServerConnection& server,
                                                                                    io::OutputBatch& out) {
  const auto front = protocol::read_bind_front(frame.substr(protocol::kFrameHeaderBytes));
  if (!front || !front->portal.empty()) return std::nullopt;
  if (front->statement.empty()) {
    if (!is_unnamed_in_place(server)) return std::nullopt;
    bound_setting_.text.clear();
    server.owed().expect(Request::Bind);
    return PlainBind{};
  }
  const auto* statement = in_place(server, protocol::cut_statement_name(front->statement));
  if (statement == nullptr) return std::nullopt;
  return PlainBind{.replaced_bytes = bind_in_place(*front, *statement, frame.size(), server, out),
                   .statement = statement->get()};
}

StatementTranslator::Translation StatementTranslator::bind_found(Call& call, const protocol::BindFront& front,
                                                                 const LookUp& found, Description description) {
  if (found.is_held) return hold(call);
  if (found.statement) {
    if (!found.statement->is_plannable()) changing_batch_ = call.server.owed().batch() + 1;
    const bool is_telling = found.statement->is_telling(call.server.words().names().get());
    if (is_telling && !take_bound_text(call, found.statement->definition())) return hold(call);
    put_in_place(call, found.statement);
    if (description == Description::Comes && found.statement->told().rows == 0) {
      described_next_ = {.statement = found.statement, .batch = call.server.owed().batch()};
    }
  }
  note_bound(call, front.portal, found.statement ? found.statement->definition() : Bytes{});
  if (found.is_awaited) {
    expect_noted(call, Request::Bind, Asker::Client, {.kind = Kind::ClientUse, .name = std::string(front.statement)});
  } else {
    call.server.owed().expect(Request::Bind);
  }
  if (!found.statement && !found.is_refused && !looks_like_ours(front.statement)) return {};
  const auto name = server_name_of(found, front.statement);
  const auto replaced_bytes = protocol::kFrameHeaderBytes + front.size_bytes;
  call.out.own_written([&](std::string& out) {
    protocol::append_bind_front(out, front.portal, name, frame_bytes(call.piece) - replaced_bytes);
  });
  const bool is_repeatable =
      found.statement && (description == Description::Comes || !found.statement->told().is_known());
  return {.replaced_bytes = replaced_bytes, .is_repeatable = is_repeatable};
}

StatementTranslator::Translation StatementTranslator::target(Call& call) {
  const bool is_describe = call.piece.type == 'D';
  const auto target = call.piece.body().starts_with('S') ? protocol::read_target(call.piece.body()) : std::nullopt;
  if (!target) {
    if (is_describe && described_next_.statement) {
      const auto next = std::exchange(described_next_, {});
      expect_description(call, next.batch == call.server.owed().batch() ? next.statement : nullptr);
    } else {
      call.server.owed().expect(is_describe ? Request::Describe : Request::Close);
    }
    return {};
  }
  return is_describe ? describe(call, target->name) : close(call, target->name);
}

StatementTranslator::Translation StatementTranslator::describe(Call& call, std::string_view name) {
  if (name.empty()) return describe_unnamed(call);
  if (!are_names_certain(call)) return hold(call);
  return describe_found(call, name, look_up_to_use(call, protocol::cut_statement_name(name), Description::Comes));
}

StatementTranslator::Translation StatementTranslator::describe_found(Call& call, std::string_view name,
                                                                     const LookUp& found) {
  if (found.is_held) return hold(call);
  if (found.statement) {
    const bool is_telling = found.statement->is_telling(call.server.words().names().get());
    if (is_telling && !take_text(call, found.statement->definition())) return hold(call);
    put_in_place(call, found.statement);
  }
  expect_description(call, found.statement, found.is_awaited ? name : "");
  if (!found.statement && !looks_like_ours(name)) return {};
  const auto server_name = server_name_of(found, name);
  call.out.own_written([&](std::string& out) { protocol::append_describe_statement(out, server_name); });
  return {.replaced_bytes = call.piece.bytes.size()};
}

// The server keeps the statement, for others; what is closed there is the client's name, known or not.
StatementTranslator::Translation StatementTranslator::close(Call& call, std::string_view name) {
  if (name.empty()) {
    (void)replace_unnamed(call, 0);
    expect_noted(call, Request::Close, Asker::Client, {.kind = Kind::UnnamedClose});
    return {};
  }
  const auto cut = protocol::cut_statement_name(name);
  expect_noted(call, Request::Close, Asker::Client, {.kind = Kind::ClientClose, .name = std::string(cut)});
  if (!looks_like_ours(name)) return {};
  call.out.own_written([&](std::string& out) { protocol::append_close_statement(out, foreign_name(name)); });
  return {.replaced_bytes = call.piece.bytes.size()};
}

std::string StatementTranslator::server_name_of(const LookUp& found, std::string_view name) {
  if (found.is_refused) return std::string(kOutdatedName);
  return found.statement ? found.statement->server_name() : foreign_name(name);
}

// --- what the server lacks

const StatementPointer* StatementTranslator::in_place(const server::ServerConnection& server,
                                                      std::string_view name) const {
  const auto& statements = server.statements();
  const bool is_calm = statements.noted_count() == 0 && !is_changing_names_ && outdated_here_.empty();
  const auto* found = is_calm ? prepared_->names.find_entry(name) : nullptr;
  if (found == nullptr || !statements.has(*found)) return nullptr;
  const auto& statement = **found;
  const bool is_plain =
      statement.is_plannable() && !statement.is_telling(server.words().names().get()) && statement.told().rows != 0;
  return is_plain && !statement.is_outdated() ? found : nullptr;
}

StatementTranslator::LookUp StatementTranslator::look_up(const Call& call, std::string_view name) const {
  const auto& statements = call.server.statements();
  const auto batch = call.server.owed().batch();
  const auto* under_way = statements.newest_for(name);
  if (under_way == nullptr) {
    auto statement = prepared_->names.find(name);
    if (statement && statements.presence(statement, batch) == Presence::Uncertain) return {.is_held = true};
    return {.statement = std::move(statement)};
  }
  // The first Parse of a name need not be waited for, though it is of an earlier batch: if it fails, what the server
  // says then is what PostgreSQL says.
  const bool is_first = under_way->kind == Kind::ClientParse && statements.oldest_for(name) == under_way &&
                        prepared_->names.find(name) == nullptr && !prepared_->sql_names.contains(name);
  if (under_way->batch != batch && !is_first) return {.is_held = true};
  if (under_way->kind == Kind::ClientClose) return {};
  return {.statement = under_way->statement, .is_awaited = under_way->batch != batch};
}

bool StatementTranslator::are_names_certain(const Call& call) const {
  return !is_changing_names_ || call.server.owed().is_empty();
}

void StatementTranslator::put_in_place(Call& call, const StatementPointer& statement) {
  if (call.server.statements().presence(statement, call.server.owed().batch()) == Presence::Absent) {
    parse_in_front(call, statement);
  } else {
    call.server.statements().touch(statement);
  }
}

bool StatementTranslator::must_trim_first(const Call& call) const {
  const auto& owed = call.server.owed();
  const auto& statements = call.server.statements();
  return owed.ready_count() > 0 && !owed.is_unsynced() &&
         statements.size() + statements.noted_count() > limits_.per_server;
}

// Before a batch nothing is in use: what is too much goes, and all of it where the catalog has outdated it.
void StatementTranslator::trim(Call& call) {
  auto& statements = call.server.statements();
  if (!call.server.owed().is_settled()) return;
  auto surplus = statements.size() > limits_.per_server ? statements.size() - limits_.per_server : 0;
  if (statements.stale_version() != cache_->stale_version()) surplus = statements.size();
  statements.set_stale_version(cache_->stale_version());
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
  if (owed.expect(request, asker, true)) call.server.statements().note(std::move(note));
}

}  // namespace howdah::client
