// When a client is told of a notification, whoever has heard it.
#include "daemon/client/session.h"
#include "protocol/sqlstate.h"

namespace howdah::client {

using protocol::Bytes;
using protocol::TransactionStatus;

namespace {

// Notifications that a client cannot be told of yet: it is in a transaction, or reads slowly.
constexpr std::size_t kMostWaitingBytes = 16UL * 1024 * 1024;
// A client that has so much to read is told no more.
constexpr std::size_t kMostPendingBytes = 64UL * 1024;

}  // namespace

void Session::on_notification(Bytes frame) {
  const auto notification = protocol::read_notification(frame.substr(protocol::kFrameHeaderBytes));
  if (!notification) return;
  // A client knows its own ones by the number that it was told at its log-in.
  std::string own;
  if (notification->process_id == server_->process_id() && process_id_ != 0) {
    protocol::append_notification(
        own, {.process_id = process_id_, .channel = notification->channel, .payload = notification->payload});
    frame = own;
  }
  if (!ear_) return environment_.replies.own(frame);
  is_hearing_in_place_ = true;
  ear_->listening.take_own(*notification, frame);
  is_hearing_in_place_ = false;
}

void Session::hear(Bytes frame) {
  if (state_ == State::Ended) return;
  ear_->waiting.emplace_back(frame);
  ear_->waiting_bytes += frame.size();
  hear_waiting();
  if (!ear_ || ear_->waiting_bytes <= kMostWaitingBytes) return;
  terminate(protocol::make_error(protocol::Severity::Fatal, protocol::sqlstate::kProgramLimitExceeded,
                                 "too many notifications wait for the end of the client's transaction"));
}

// As PostgreSQL: outside of transactions, and never in the middle of an answer.
bool Session::may_hear() const {
  if (is_hearing_in_place_) return true;
  if (stream_ == nullptr || stream_->pending_bytes() > kMostPendingBytes || begin_.is_open()) return false;
  if (state_ == State::Idle || state_ == State::Waiting) return true;
  if (state_ != State::Leased || server_ == nullptr || repeat_ != Repeat::None) return false;
  const auto& owed = server_->owed();
  const bool is_ours = server_->is_probing() || channel_step_ != ChannelStep::None;
  const bool is_between = owed.is_settled() || (is_ours && owed.client_ready_count() == 0 && !owed.is_unsynced());
  return is_between && server_->status() == TransactionStatus::Idle && !server_->has_partial_reply();
}

void Session::hear_waiting() {
  auto& waiting = ear_->waiting;
  if (waiting.empty() || !may_hear()) return;
  for (; !waiting.empty(); waiting.pop_front()) environment_.replies.own(waiting.front());
  ear_->waiting_bytes = 0;
  send_replies();
}

void Session::hear_waiting_in_place() {
  is_hearing_in_place_ = true;
  hear_waiting();
  is_hearing_in_place_ = false;
}

}  // namespace howdah::client
