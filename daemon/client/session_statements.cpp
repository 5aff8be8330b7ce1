// Of which statement each run of the client's is, for the statistics. What it cannot know it leaves uncounted.
#include "daemon/client/session.h"
#include "protocol/statement_messages.h"

namespace howdah::client {

using protocol::Bytes;
using protocol::Piece;
using Reference = stats::StatementTable::Reference;

bool Session::is_tracking() const {
  const auto& settings = *environment_.login.settings;
  return settings.statements.track || settings.log.slow_statement.count() > 0;
}

void Session::begin_following() {
  if (!is_tracking()) return;
  const auto slow = environment_.login.settings->log.slow_statement;
  server_->runs().follow(slow.count() > 0 ? worker::TimePoint::duration(slow) : worker::TimePoint::duration::max());
}

Reference Session::statement_of(std::string_view text) {
  return environment_.statements.of(pool_->statement_owner(), text);
}

// A request that the server will read, and owes an answer.
void Session::follow(const Piece& piece) {
  switch (piece.type) {
    case 'Q': {
      const auto text = protocol::request_text('Q', piece.body());
      const auto statement =
          piece.is_end ? statement_of(text) : environment_.statements.of_long_text(pool_->statement_owner());
      return server_->runs().begin(statement, environment_.agenda.now());
    }
    case 'P':
      return follow_parse(piece);
    case 'B':
      return follow_bind(piece.body());
    case 'E':
      return follow_execute(piece.body());
    default:
      return;
  }
}

void Session::follow_parse(const Piece& piece) {
  const auto body = piece.body();
  const auto name_bytes = body.starts_with('\0') ? 0 : body.find('\0');
  if (name_bytes == Bytes::npos) return;
  const auto statement = piece.is_end ? statement_of(protocol::statement_text(body.substr(name_bytes + 1)))
                                      : environment_.statements.of_long_text(pool_->statement_owner());
  server_->bound().parse(body.substr(0, name_bytes), statement);
}

void Session::follow_bind(Bytes body) {
  const auto front = protocol::read_bind_front(body);
  if (front) server_->bound().bind(front->portal, bound_statement(front->statement));
}

// Parsed in this lease, or in one before.
Reference Session::bound_statement(std::string_view name) {
  if (const auto parsed = server_->bound().statement(name)) return *parsed;
  if (!prepared_) return {};
  if (name.empty()) {
    const auto& unnamed = prepared_->unnamed;
    if (unnamed.shared) return environment_.statements.of(pool_->statement_owner(), *unnamed.shared);
    return unnamed.definition.empty() ? Reference() : statement_of(protocol::statement_text(unnamed.definition));
  }
  const auto* statement = prepared_->names.find_entry(protocol::cut_statement_name(name));
  return statement == nullptr ? Reference() : environment_.statements.of(pool_->statement_owner(), **statement);
}

// To the unnamed portal, for the first time in this lease.
void Session::follow_plain_bind(const protocol::Statement* statement) {
  auto& bound = server_->bound();
  if (statement == nullptr) return bound.bind("", bound_statement(""));
  bound.bind_prepared(statement->number(), environment_.statements.of(pool_->statement_owner(), *statement));
}

void Session::follow_execute(Bytes body) {
  const auto portal = body.starts_with('\0') ? std::string_view() : protocol::ByteReader(body).c_string().value_or("");
  server_->runs().begin(server_->bound().portal(portal), environment_.agenda.now());
}

// A command that needs no server, with this tag.
void Session::follow_own_answer(std::string_view tag) {
  if (!environment_.login.settings->statements.track) return;
  if (auto* counts = statement_of(tag).counts()) ++counts->calls;
}

}  // namespace howdah::client
