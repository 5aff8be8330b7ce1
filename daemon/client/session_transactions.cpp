// Transactions that have begun for the client and not yet on a server.
#include "daemon/client/session.h"
#include "protocol/bytes.h"
#include "protocol/messages.h"

namespace howdah::client {

using protocol::Piece;
using protocol::TransactionCommand;
using protocol::TransactionStatus;

namespace {

// A server is asked for after this in any case, so that now(), the time of the BEGIN, is true to that.
constexpr auto kLongestDeferral = std::chrono::milliseconds(20);

}  // namespace

bool Session::is_answered_without_server(const Piece& piece) {
  const bool may_be =
      piece.type == 'Q' && piece.is_end && mode_ == config::PoolMode::Transaction && pool_->settings().defer_begin;
  if (!may_be || !piece.body().ends_with('\0')) return false;
  const auto text = piece.body().substr(0, piece.body().size() - 1);
  const auto command = protocol::read_transaction_command(text);
  // A second BEGIN, and an end without a beginning, are warned of by a server.
  if (!command || (command->kind == TransactionCommand::Kind::Begin) == begin_.is_open()) return false;
  switch (command->kind) {
    case TransactionCommand::Kind::Begin:
      answer_begin(*command, text);
      break;
    case TransactionCommand::Kind::End:
      answer_end(*command);
      break;
  }
  return true;
}

void Session::answer_begin(const TransactionCommand& command, std::string_view text) {
  begin_.open(text);
  since_ = transaction_since_ = environment_.agenda.now();
  begin_due_ = since_ + kLongestDeferral;
  answer(command.tag);
  arm_deadline();
}

void Session::answer_end(const TransactionCommand& command) {
  const bool is_failed = begin_.is_failed();
  begin_.close();
  begin_due_ = worker::TimePoint::max();
  ++pool_->totals().transactions;
  answer(is_failed ? "ROLLBACK" : command.tag);
  enter(State::Idle);
  if (is_draining_) drain();
}

void Session::answer(std::string_view tag) {
  ++pool_->totals().queries;
  follow_own_answer(tag);
  if (prepared_) prepared_->unnamed = {};  // every Query destroys it
  environment_.replies.own_written([&](std::string& out) {
    protocol::append_command_complete(out, tag);
    protocol::append_ready_for_query(out, begin_.status());
  });
}

// Nothing came behind the BEGIN in time: it goes to a server by itself.
void Session::hand_begin_over() {
  begin_due_ = worker::TimePoint::max();
  held_type_ = 0;
  auto* server = pool_->acquire(*this, last_server_);
  if (server == nullptr) return enter(State::Waiting);
  begin_lease(*server);
  send_begin();
}

void Session::send_begin() {
  prepare_transaction();
  send_requests();
  arm_deadline();
}

}  // namespace howdah::client
