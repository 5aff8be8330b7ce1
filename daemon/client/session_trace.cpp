// The client is traced: all its bytes, both sides, are shown to who writes them down. Without that, all of it costs a
// look at a pointer where bytes come and go.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

#include "daemon/client/session.h"
#include "protocol/sqlstate.h"

namespace howdah::client {

using protocol::Bytes;

namespace {

// "2026-01-31T12:00:00.123Z"
std::string wall_time() {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                     (now - seconds).count());
}

}  // namespace

std::optional<protocol::ErrorFields> Session::why_not_traceable() const {
  const auto refuse = [](std::string_view state, const char* why) {
    return protocol::make_error(protocol::Severity::Error, state, why);
  };
  if (is_traced()) return refuse(protocol::sqlstate::kObjectInUse, "the client is traced already");
  switch (state_) {
    case State::LoggingIn:
    case State::Authenticating:
    case State::Cancelling:
    case State::Welcoming:
      return refuse(protocol::sqlstate::kObjectInUse, "the client has not logged in yet");
    case State::Console:
      return refuse(protocol::sqlstate::kFeatureNotSupported, "a client of the console cannot be traced");
    case State::Moving:
    case State::Ended:
      return refuse(protocol::sqlstate::kUndefinedObject, "the client has gone");
    case State::Idle:
    case State::Waiting:
    case State::Leased:
    case State::Skipping:
      break;
  }
  return std::nullopt;
}

trace::TraceHeader Session::trace_header() const {
  return {.client = id_,
          .user = user(),
          .database = database(),
          .address = peer_.text(),
          .by = {},
          .started_at = wall_time(),
          .has_values = false};
}

void Session::begin_trace(std::shared_ptr<trace::TraceFile> file, const trace::TraceHeader& header,
                          std::chrono::milliseconds time) {
  trace::UnderWay under_way{.from_client_bytes = walker_.missing_bytes()};
  if (server_ != nullptr) {
    under_way.to_server_bytes = has_partial_request() ? walker_.missing_bytes() : 0;
    under_way.from_server_bytes = server_->missing_bytes();
    under_way.to_client_bytes = server_->has_partial_reply() ? server_->missing_bytes() : 0;
    under_way.is_answer_due = !server_->owed().is_settled();
  }
  tracing_ = std::make_unique<Tracing>(std::move(file), header, environment_.agenda, under_way, *this);
  if (server_ != nullptr) begin_traced_lease(*server_);
  if (time.count() > 0) environment_.agenda.arm_in(tracing_->timer, time);
}

bool Session::end_trace(std::string_view reason) {
  if (!is_traced()) return false;
  if (server_ != nullptr) server_->trace_to(nullptr);
  tracing_->trace.end(reason);
  tracing_.reset();
  return true;
}

std::shared_ptr<const stats::TraceSnapshot> Session::trace_snapshot() const {
  const auto& header = tracing_->header;
  const auto& file = tracing_->trace.file();
  return std::make_shared<const stats::TraceSnapshot>(stats::TraceSnapshot{.by = header.by,
                                                                           .started_at = header.started_at,
                                                                           .file = file.path(),
                                                                           .bytes = file.size_bytes(),
                                                                           .has_values = header.has_values});
}

void Session::on_trace_time() {
  (void)end_trace("the time is over");
}

void Session::begin_traced_lease(server::ServerConnection& server) {
  tracing_->trace.begin_lease(server.id(), server.process_id());
  server.trace_to(&tracing_->trace);
}

// What is sent because of these bytes is told behind them.
std::size_t Session::take_traced_requests(Bytes bytes) {
  auto& trace = tracing_->trace;  // lives to the end of the turn at least
  trace.hold();
  const auto taken = take_requests(bytes);
  trace.let_go(trace::Way::FromClient, bytes.substr(0, taken));
  return taken;
}

}  // namespace howdah::client
