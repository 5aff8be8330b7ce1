#include "daemon/client/deferred_begin.h"

#include "protocol/statement_messages.h"

namespace howdah::client {

using protocol::Asker;
using protocol::Request;
using protocol::TransactionStatus;

TransactionStatus DeferredBegin::status() const {
  switch (state_) {
    case State::None:
      return TransactionStatus::Idle;
    case State::Begun:
      return TransactionStatus::InTransaction;
    case State::Failed:
      break;
  }
  return TransactionStatus::Failed;
}

void DeferredBegin::open(std::string_view text) {
  state_ = State::Begun;
  text_ = text;
}

void DeferredBegin::put_in_front(server::ServerConnection& server, io::OutputBatch& out) {
  auto& owed = server.owed();
  owed.expect(Request::Query, Asker::Pooler);
  out.own_written([this](std::string& bytes) { protocol::append_query(bytes, text_); });
  if (state_ == State::Failed) {
    // Nothing that parses: its error, which nobody needs to hear, fails the transaction there too.
    const auto batch = owed.batch();
    owed.expect(Request::Parse, Asker::Pooler, true);
    server.statements().note({.kind = protocol::StatementNote::Kind::VisibleParse, .batch = batch});
    owed.expect(Request::Sync, Asker::Pooler);
    out.own_written([](std::string& bytes) {
      protocol::append_parse(bytes, "howdah_failed", protocol::Bytes("?\0\0\0", 4));
      protocol::append_sync(bytes);
    });
  }
  close();
}

}  // namespace howdah::client
