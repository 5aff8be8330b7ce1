#include "daemon/client/session.h"

#include <utility>

#include "daemon/client/disconnect_reason.h"
#include "protocol/sqlstate.h"

namespace howdah::client {

using protocol::Bytes;
using protocol::ErrorFields;
using protocol::Severity;

namespace {

// A waiting client may send so much ahead; then its kernel makes it wait.
constexpr std::size_t kMostHeldBytes = 64UL * 1024;

}  // namespace

Session::Session(std::uint64_t id, std::unique_ptr<io::Stream> stream, io::PeerAddress peer,
                 SessionEnvironment& environment, SessionOwner& owner)
    : id_(id),
      environment_(environment),
      owner_(owner),
      stream_(std::move(stream)),
      peer_(peer),
      login_(std::make_unique<LoginConversation>(environment.login, peer)),
      connected_at_(environment.agenda.now()),
      since_(connected_at_) {
  ++environment_.counts.accepted;
  stream_->set_handler(*this);
  arm_deadline();
}

Session::~Session() = default;

void Session::enter(State state) {
  state_ = state;
  since_ = environment_.agenda.now();
  wait_step_ = WaitStep::Quiet;
  arm_deadline();
  if (ear_) hear_waiting();
  if (is_leaving_ && state == State::Idle) owner_.on_movable(*this);
}

std::size_t Session::on_bytes(Bytes bytes) {
  if (is_ending_) return bytes.size();
  switch (state_) {
    case State::LoggingIn:
      return take_login_bytes(bytes);
    case State::Authenticating:
    case State::Welcoming:
    case State::Waiting:
      if (bytes.size() >= kMostHeldBytes) stream_->set_reading(false);
      return 0;
    case State::Idle:
    case State::Leased:
    case State::Skipping:
      return tracing_ ? take_traced_requests(bytes) : take_requests(bytes);
    case State::Console:
      return take_console_bytes(bytes);
    case State::Moving:
      return 0;
    case State::Cancelling:
    case State::Ended:
      break;
  }
  return bytes.size();
}

void Session::on_drained() {
  if (state_ == State::Ended) return;
  if (server_ != nullptr) server_->set_reading(true);
  if (state_ == State::Console) stream_->set_reading(true);
  if (ear_) hear_waiting();
  if (is_holding_) stream_->redeliver();
  if (is_leaving_ && state_ == State::Idle) owner_.on_movable(*this);
}

void Session::on_end(io::StreamEnd stream_end) {
  if (state_ == State::Ended) return;
  if (stream_end == io::StreamEnd::Error) return end("connection lost", true);
  // Half-closed: what was asked for is still answered, as PostgreSQL does.
  const bool is_answer_due = server_ != nullptr && state_ == State::Leased && !has_partial_request() &&
                             !server_->owed().is_copy_in() &&
                             (is_holding_ || !server_->owed().is_empty() || repeat_ == Repeat::Waiting);
  if (state_ == State::LoggingIn) {
    environment_.replies.own_written([&](std::string& out) { login_->on_end_of_file(out); });
  }
  if (!is_answer_due) return end("closed by the client", true);
  is_at_end_of_file_ = true;
  since_ = environment_.agenda.now();
  arm_deadline();
}

void Session::end_if_all_is_answered() {
  if (state_ == State::Ended || is_holding_ || state_ == State::Waiting) return;
  if (!is_ending_ && !is_at_end_of_file_) return;
  if (owes_no_more()) end(is_ending_ ? end_reason_ : "closed by the client", true);
}

void Session::end_after_replies(const char* why, std::optional<ErrorFields> last_words) {
  if (is_ending_) return;
  is_ending_ = true;
  is_holding_ = false;
  end_reason_ = why;
  if (last_words) last_words_ = std::make_unique<const ErrorFields>(*std::move(last_words));
  since_ = environment_.agenda.now();
  send_requests();
  if (server_ != nullptr && server_->owed().is_unsynced()) {
    environment_.requests.own_written([](std::string& out) { protocol::append_flush(out); });
    server_->write(environment_.requests);
  }
  if (owes_no_more()) return end(why, true);
  arm_deadline();
}

// A server that waits for COPY data answers nothing before it has it.
bool Session::owes_no_more() const {
  return server_ == nullptr || server_->owed().is_empty() || server_->owed().is_copy_in();
}

void Session::end(std::string_view why, bool is_cancel_wanted) {
  if (state_ == State::Ended) return;
  const bool is_gone = state_ == State::Moving;  // another process may have the connection, and go on with it
  if (is_gone) last_words_.reset();
  if (last_words_ && may_hear_last_words()) {
    environment_.replies.own_written([&](std::string& out) { protocol::append_error(out, *last_words_); });
    if (pool_ != nullptr) pool_->figures().note_error(last_words_->sqlstate);
  }
  if (pool_ != nullptr)
    pool_->figures().note_disconnect(disconnect_reason(why, last_words_ ? last_words_->sqlstate : ""));
  send_replies();
  environment_.requests.clear();
  if (tracing_) tracing_->trace.end(why);
  log_end(why);
  state_ = State::Ended;
  timer_.disarm();
  forget_refusal();
  end_listening();
  give_order_up(admin::Ticket::State::Left);
  if (ticket_) *ticket_ = nullptr;
  if (process_id_ != 0) environment_.keys.remove(process_id_, *this);
  if (pool_ != nullptr) pool_->leave(*this);
  end_name_changes();
  give_server_back(is_cancel_wanted);
  if (is_gone || (has_said_goodbye_ && stream_->pending_bytes() == 0)) {
    environment_.agenda.bury(std::shared_ptr<io::Stream>(std::move(stream_)));
  } else {
    io::Stream::finish(std::move(stream_));
  }
  seat_.give_back();
  database_seat_.give_back();
  user_seat_.give_back();
  owner_.on_session_ended(*this);
}

// Nothing is said in the middle of a frame, nor before the client has said who it is.
bool Session::may_hear_last_words() const {
  if (last_words_->message.empty() || state_ == State::Cancelling) return false;
  if (login_ && (login_->stage() == LoginConversation::Stage::WaitingForStartup || login_->is_from_peer()))
    return false;
  return server_ == nullptr || !server_->has_partial_reply();
}

void Session::give_server_back(bool is_cancel_wanted) {
  if (server_ == nullptr) return;
  suspect_by_catalog();
  suspect_always();
  note_lease_end(*server_);
  auto* server = std::exchange(server_, nullptr);
  server->suspect_by_search_path();
  const auto missing = has_partial_request() ? walker_.missing_bytes() : 0;
  pool_->clean_up(*server, {.partial_request_type = walker_.type_under_way(),
                            .partial_request_bytes = missing,
                            .is_cancel_wanted = is_cancel_wanted,
                            .is_discard_wanted = mode_ == config::PoolMode::Session && may_have_left_traces_});
}

void Session::log_end(std::string_view why) {
  if (!environment_.login.settings->log.connections) return;
  if (!is_authenticated()) {
    const auto failure = login_ ? login_failure() : "";
    if (!failure.empty()) {
      environment_.log.info("client log-in failed", {{"client", id_},
                                                     {"address", peer_.text()},
                                                     {"user", login_->has_startup() ? login_->startup().user : ""},
                                                     {"error", failure}});
    }
    return;
  }
  environment_.log.info("client disconnected",
                        {{"client", id_}, {"user", user()}, {"database", database()}, {"reason", std::string(why)}});
}

// Empty where a word would be too much: most such connections are somebody's look whether we are there.
std::string Session::login_failure() const {
  if (!login_->failure().empty()) return login_->failure();
  const auto failure = stream_->failure();
  return failure.empty() ? failure : "TLS: " + failure;
}

bool Session::is_authenticated() const {
  return !login_ || login_->stage() == LoginConversation::Stage::Accepted;
}

std::string Session::user() const {
  if (!is_authenticated()) return {};
  if (login_) return login_->startup().user;
  return console_ ? console_->user : user_seat_.name();
}

std::string Session::database() const {
  if (!is_authenticated()) return {};
  if (login_) return login_->startup().database;
  return console_ ? console_->database : database_seat_.name();
}

void Session::drain() {
  is_draining_ = true;
  // What it has asked for comes first.
  if (state_ == State::Waiting || state_ == State::Cancelling || begin_.is_open()) return;
  if (console_ && console_->order) return;
  if (repeat_ == Repeat::Waiting || is_moving_channels()) return;
  if (state_ == State::Leased &&
      (!server_->owed().is_settled() || server_->status() != protocol::TransactionStatus::Idle)) {
    return;
  }
  terminate(protocol::make_error(Severity::Fatal, protocol::sqlstate::kAdminShutdown,
                                 "terminating connection due to administrator command"));
}

void Session::terminate(const ErrorFields& reason) {
  if (state_ == State::Ended) return;
  last_words_ = std::make_unique<const ErrorFields>(reason);
  end(reason.message, true);
}

void Session::send_replies() {
  if (environment_.replies.is_empty()) return;
  if (pool_ != nullptr) pool_->totals().client_bytes_sent += environment_.replies.size_bytes();
  if (tracing_) tracing_->trace.note(trace::Way::ToClient, environment_.replies);
  stream_->write(environment_.replies);
  // A client that reads slowly makes its server wait, not our memory grow.
  if (server_ != nullptr && stream_->pending_bytes() > 0) server_->set_reading(false);
}

stats::ClientSnapshot Session::snapshot() const {
  const auto now = environment_.agenda.now();
  const auto wall_now = std::chrono::system_clock::now();
  const auto wall = [&](worker::TimePoint time) {
    return wall_now - std::chrono::duration_cast<stats::WallTime::duration>(now - time);
  };
  stats::ClientSnapshot snapshot;
  snapshot.id = id_;
  snapshot.user = user();
  snapshot.database = database();
  if (settings_) {
    const auto name = settings_->find("application_name");
    if (name != settings_->end()) snapshot.application_name = name->second.text;
  }
  switch (state_) {
    case State::LoggingIn:
    case State::Authenticating:
    case State::Cancelling:
      snapshot.state = "login";
      break;
    case State::Welcoming:
    case State::Waiting:
      snapshot.state = "waiting";
      break;
    case State::Leased:
      snapshot.state = "active";
      break;
    case State::Console:
      snapshot.state = "console";
      break;
    case State::Idle:
    case State::Skipping:
    case State::Moving:
    case State::Ended:
      snapshot.state = "idle";
      break;
  }
  snapshot.address = peer_.text();
  snapshot.connected_at = wall(connected_at_);
  snapshot.last_request_at = wall(since_);
  if (is_waiting()) snapshot.wait = std::chrono::duration_cast<stats::Microseconds>(now - waiting_since());
  snapshot.queue_number = queue_number();
  snapshot.local_address = stream_->local_name();
  snapshot.tls = stream_->tls_name();
  snapshot.unsent_bytes = stream_->pending_bytes();
  snapshot.missing_bytes = walker_.missing_bytes();
  if (pool_ != nullptr) {
    snapshot.pool_database = pool_->name().database;
    snapshot.pool_user = pool_->name().user;
  }
  snapshot.in_state = std::chrono::duration_cast<stats::Microseconds>(now - request_since_.value_or(since_));
  snapshot.server_id = server_ != nullptr ? server_->id() : 0;
  snapshot.process_id = process_id_;
  if (server_ != nullptr && !server_->pin().reason.empty() && keeps_server()) {
    snapshot.pinned = std::chrono::duration_cast<stats::Microseconds>(now - server_->pin().since);
  }
  if (is_traced()) snapshot.trace = trace_snapshot();
  return snapshot;
}

}  // namespace howdah::client
