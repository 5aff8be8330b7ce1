// In the queue for a server: how long, and what the client is told of it.
#include <algorithm>

#include "daemon/client/session.h"
#include "daemon/client/time_limit.h"
#include "protocol/error_fields.h"

namespace howdah::client {

using worker::TimePoint;

namespace {

// A worker that does not answer keeps nobody from its error.
constexpr auto kLongestReport = std::chrono::milliseconds(250);

}  // namespace

TimePoint Session::waiting_deadline() const {
  const auto& limits = pool_->settings();
  const auto timeout = after(since_, limits.acquire_timeout);
  if (wait_step_ == WaitStep::ErrorDue) return timeout + kLongestReport;
  // Before its log-in is done a client takes no notice.
  const bool may_notice = state_ == State::Waiting && wait_step_ == WaitStep::Quiet;
  return may_notice ? std::min(timeout, after(since_, limits.acquire_notify)) : timeout;
}

void Session::on_waiting_deadline() {
  if (wait_step_ == WaitStep::ErrorDue) return refuse_to_wait(pool_->own_queue());
  const bool is_over = environment_.agenda.now() >= after(since_, pool_->settings().acquire_timeout);
  ask_why(is_over ? WaitStep::ErrorDue : WaitStep::NoticeDue);
}

void Session::ask_why(WaitStep step) {
  wait_step_ = step;
  if (!ticket_) ticket_ = std::make_shared<Session*>(this);
  environment_.wait_reports.ask([ticket = ticket_](WaitReport& report) {
    if (*ticket != nullptr) (*ticket)->on_wait_report(report);
  });
  arm_deadline();
}

// It may have been served meanwhile, and may even wait again.
void Session::on_wait_report(WaitReport& report) {
  if (wait_step_ != WaitStep::NoticeDue && wait_step_ != WaitStep::ErrorDue) return;
  const auto tell = [this](const stats::PoolQueue& queue) {
    wait_step_ == WaitStep::ErrorDue ? refuse_to_wait(queue) : tell_of_waiting(queue);
  };
  const auto* queue = report.queue(pool_->name().database, pool_->name().user);
  queue != nullptr ? tell(*queue) : tell(pool_->own_queue());
}

void Session::tell_of_waiting(const stats::PoolQueue& queue) {
  wait_step_ = WaitStep::Noticed;
  arm_deadline();
  const auto notice = still_waiting(as_waiting_client(), queue);
  environment_.replies.own_written([&](std::string& out) { protocol::append_error(out, notice); });
  send_replies();
}

void Session::refuse_to_wait(const stats::PoolQueue& queue) {
  ++pool_->totals().acquire_timeouts;
  const auto error = pool_->failure().value_or(waited_in_vain(as_waiting_client(), queue));
  note_waited(waiting_since());
  pool_->leave(*this);
  on_refused(error);
}

WaitingClient Session::as_waiting_client() const {
  const auto waited = std::chrono::duration_cast<stats::Microseconds>(environment_.agenda.now() - since_);
  return {.id = id_, .waited = waited, .is_administrator = is_administrator()};
}

bool Session::is_administrator() const {
  const auto& admins = environment_.login.settings->admin.users;
  return std::ranges::find(admins, user()) != admins.end();
}

}  // namespace howdah::client
