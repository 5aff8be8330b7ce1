// A batch that is sent again without the client's knowing: a request whose prepared statement turned out to be
// outdated, with the statement prepared anew; and a command that was refused because others are connected to its
// database, once our idle servers have left that. Neither has done anything the first time.
#include "daemon/client/session.h"
#include "protocol/database_commands.h"
#include "protocol/messages.h"
#include "protocol/sqlstate.h"
#include "protocol/statement_messages.h"

namespace howdah::client {

using protocol::Bytes;

namespace {

// A closed server is given up after five seconds by itself.
constexpr auto kLongestEviction = std::chrono::seconds(6);
// PostgreSQL waits five seconds for others to leave. A command that takes longer than this is copying a template, and
// keeps others out by itself.
constexpr auto kLongestHold = std::chrono::seconds(10);
constexpr auto kWatchInterval = std::chrono::milliseconds(10);

}  // namespace

bool Session::may_need_database_alone(const protocol::Piece& piece) {
  const bool has_text = piece.is_end && (piece.type == 'Q' || piece.type == 'P');
  return has_text && protocol::is_database_command(protocol::request_text(piece.type, piece.body()));
}

// Nothing but its end is owed.
bool Session::can_repeat() const {
  return repeat_ == Repeat::None && !is_ending_ && server_->repeatable().is_whole() && server_->owed().size() == 1;
}

// Its error is the first answer, so that not even its Bind was done.
bool Session::can_repeat_untouched() const {
  return can_repeat() && server_->repeatable().is_untouched();
}

// Whether servers have been in the way of it, and are leaving.
bool Session::evict_for_command(Bytes error_frame) {
  if (!can_repeat()) return false;
  const auto error = protocol::read_error(error_frame.substr(protocol::kFrameHeaderBytes));
  const auto& batch = server_->repeatable();
  const bool is_command = batch.is_database_command() ||
                          (statements_ && protocol::is_database_command(statements_->bound_text(batch.bytes())));
  if (!is_command || !protocol::is_database_in_use(error)) return false;
  auto servers = environment_.pools.evict(error.message);
  if (servers.server_count() == 0) return false;
  refused_ = std::make_unique<RefusedCommand>(std::move(servers), environment_.agenda.now() + kLongestEviction, *this);
  repeat_ = Repeat::Due;
  return true;
}

void Session::begin_repeat() {
  if (!refused_) return repeat_batch();
  send_replies();  // to what stood in front of the command
  repeat_ = Repeat::Waiting;
  environment_.agenda.arm_in(refused_->timer, kWatchInterval);
}

void Session::watch_eviction() {
  if (repeat_ != Repeat::Waiting) return refused_->servers.end();
  const bool is_time_up = environment_.agenda.now() >= refused_->give_up_at;
  if (!is_time_up && !refused_->servers.is_complete()) {
    return environment_.agenda.arm_in(refused_->timer, kWatchInterval);
  }
  environment_.agenda.arm_in(refused_->timer, kLongestHold);
  repeat_batch();
}

void Session::repeat_batch() {
  const auto batch = server_->repeatable().take();
  repeat_ = Repeat::UnderWay;
  drop_reset();
  if (!is_ending_ && take_requests(batch) < batch.size()) {
    end_after_replies("a request could not be sent again");
  }
  repeat_ = Repeat::None;
  if (state_ == State::Ended) return;
  arm_deadline();
  end_if_all_is_answered();
  if (state_ != State::Ended) stream_->redeliver();
}

// What the client has heard the first time: BindComplete and NoData, in front of the answer to the command itself.
Bytes Session::news_of_repeat(Bytes bytes) const {
  while (refused_ && bytes.size() >= protocol::kFrameHeaderBytes && (bytes.front() == '2' || bytes.front() == 'n')) {
    bytes.remove_prefix(protocol::kFrameHeaderBytes);
  }
  return bytes;
}

// A cancel while nothing is under way on the server.
void Session::cancel_repeat() {
  repeat_ = Repeat::None;
  forget_refusal();
  server_->repeatable().forget();
  environment_.replies.own_written([](std::string& out) {
    protocol::append_error(out, protocol::make_error(protocol::Severity::Error, protocol::sqlstate::kQueryCanceled,
                                                     "canceling statement due to user request"));
    protocol::append_ready_for_query(out, protocol::TransactionStatus::Idle);
  });
  pool_->figures().note_error(protocol::sqlstate::kQueryCanceled);
  ++pool_->totals().transactions;
  on_progress();
}

// It has been answered, or nobody waits for the answer. Perhaps its own timer has led here.
void Session::forget_refusal() {
  if (!refused_) return;
  refused_->timer.disarm();
  refused_->servers.end();
  environment_.agenda.bury(std::shared_ptr<RefusedCommand>(std::move(refused_)));
}

}  // namespace howdah::client
