// What may take how long, and what the client hears when it took longer.
// (PostgreSQL documentation: "Statement Behavior": statement_timeout, idle_in_transaction_session_timeout and others)
#include <algorithm>

#include "daemon/client/session.h"
#include "daemon/client/time_limit.h"
#include "protocol/messages.h"
#include "protocol/sqlstate.h"

namespace howdah::client {

using protocol::Severity;
using protocol::TransactionStatus;
using worker::TimePoint;

namespace {

// After its cancel a query has this long to end by itself.
constexpr std::chrono::seconds kCancelGrace{5};
constexpr std::chrono::seconds kNoGrace{0};

// A server that does not tell what was left on it: the question is cancelled after this, and all that was suspected is
// taken to be there.
constexpr auto kLongestProbe = std::chrono::seconds(5);
// Likewise of the listener, and of a server that is told what to listen to.
constexpr auto kLongestMove = std::chrono::seconds(5);

}  // namespace

void Session::arm_deadline() {
  const auto deadline = next_deadline();
  if (deadline == TimePoint::max()) return timer_.disarm();
  environment_.agenda.arm(timer_, deadline);
}

TimePoint Session::next_deadline() const {
  const auto& client = environment_.login.settings->client;
  if (is_ending_ || is_at_end_of_file_) return after(since_, client.half_close_timeout);
  switch (state_) {
    case State::LoggingIn:
    case State::Authenticating:
    case State::Cancelling:
      return after(connected_at_, client.login_timeout);
    case State::Welcoming:
    case State::Waiting:
      return waiting_deadline();
    case State::Idle:
    case State::Skipping:
      return begin_.is_open() ? begin_deadline() : after(since_, client.idle_timeout);
    case State::Leased:
      return lease_deadline();
    case State::Console:
    case State::Moving:
    case State::Ended:
      break;
  }
  return TimePoint::max();
}

TimePoint Session::begin_deadline() const {
  const auto& limits = pool_->settings();
  // What is being dropped comes to its end first.
  const auto due = state_ == State::Skipping ? TimePoint::max() : begin_due_;
  return std::min(
      {due, after(since_, limits.idle_in_transaction_timeout), after(transaction_since_, limits.transaction_timeout)});
}

TimePoint Session::lease_deadline() const {
  if (repeat_ == Repeat::Waiting) return TimePoint::max();  // that has its own
  const auto& limits = pool_->settings();
  const auto& owed = server_->owed();
  if (server_->is_probing()) return since_ + kLongestProbe + (is_query_cancelled_ ? kCancelGrace : kNoGrace);
  if (is_moving_channels()) return since_ + kLongestMove;
  const bool is_settled = owed.is_settled();
  const bool is_in_transaction = server_->status() != TransactionStatus::Idle || owed.is_unsynced();
  auto deadline = TimePoint::max();
  if (!owed.is_empty()) {
    deadline = after(request_since_.value_or(since_), limits.query_timeout);
    if (is_query_cancelled_) deadline += kCancelGrace;
  } else if (is_in_transaction) {
    deadline = after(since_, limits.idle_in_transaction_timeout);
  } else if (is_settled) {
    const auto idle_end = after(since_, environment_.login.settings->client.idle_timeout);
    return is_pinned() && has_run_since_probe_ ? std::min(idle_end, since_ + kReprobeAfter) : idle_end;
  }
  if (!is_settled || is_in_transaction)
    deadline = std::min(deadline, after(transaction_since_, limits.transaction_timeout));
  return deadline;
}

void Session::on_deadline() {
  const auto now = environment_.agenda.now();
  if (now < next_deadline()) return arm_deadline();
  if (is_ending_ || is_at_end_of_file_) return end("closed by the client", true);
  switch (state_) {
    case State::LoggingIn:
    case State::Authenticating:
    case State::Cancelling:
      return end_timed_out(protocol::sqlstate::kQueryCanceled, "canceling authentication due to timeout");
    case State::Welcoming:
    case State::Waiting:
      return on_waiting_deadline();
    case State::Idle:
    case State::Skipping:
      return begin_.is_open() ? on_begin_deadline() : end_idle();
    case State::Leased:
      break;
    case State::Console:
    case State::Moving:
    case State::Ended:
      return;
  }
  if (is_moving_channels()) return on_channels_late();
  const bool is_between = server_->is_probing() || (server_->owed().is_settled() && is_pinned());
  if (!is_between && now >= after(transaction_since_, pool_->settings().transaction_timeout)) {
    return end_long_transaction();
  }
  if (!server_->owed().is_empty()) return end_long_request();
  const bool is_in_transaction = server_->status() != TransactionStatus::Idle || server_->owed().is_unsynced();
  if (is_in_transaction) {
    return end_idle_in_transaction();
  }
  if (ask_what_is_left()) return;
  end_idle();
}

void Session::end_long_request() {
  if (!std::exchange(is_query_cancelled_, true)) {
    server_->cancel();
    return arm_deadline();
  }
  end_timed_out(protocol::sqlstate::kQueryCanceled,
                server_->is_probing() ? "terminating connection: the server does not answer"
                                      : "terminating connection: query_timeout, and the cancel did not help");
}

void Session::on_begin_deadline() {
  const auto now = environment_.agenda.now();
  const auto& limits = pool_->settings();
  if (now >= after(transaction_since_, limits.transaction_timeout)) return end_long_transaction();
  if (now >= after(since_, limits.idle_in_transaction_timeout)) return end_idle_in_transaction();
  hand_begin_over();
}

void Session::end_idle() {
  end_timed_out(protocol::sqlstate::kIdleSessionTimeout, "terminating connection due to idle-session timeout");
}

void Session::end_idle_in_transaction() {
  end_timed_out(protocol::sqlstate::kIdleInTransactionTimeout,
                "terminating connection due to idle-in-transaction timeout");
}

void Session::end_long_transaction() {
  end_timed_out(protocol::sqlstate::kTransactionTimeout, "terminating connection due to transaction timeout");
}

void Session::end_timed_out(std::string_view sqlstate, const char* message) {
  last_words_ = std::make_unique<const protocol::ErrorFields>(protocol::make_error(Severity::Fatal, sqlstate, message));
  end(message, true);
}

}  // namespace howdah::client
