#include "daemon/server/libpq_login.h"

#include <event2/event.h>
#include <libpq-fe.h>

#include <array>
#include <utility>
#include <vector>

#include "daemon/io/socket_options.h"
#include "daemon/io/socket_stream.h"
#include "daemon/server/libpq_cancel.h"
#include "daemon/server/libpq_transport.h"
#include "protocol/frame_walker.h"
#include "protocol/messages.h"
#include "protocol/sqlstate.h"

namespace howdah::server {

using protocol::Severity;

namespace {

// What servers are known to report, in the order in which PostgreSQL sends them. libpq cannot list what it has heard.
constexpr std::array kReportedParameters = {"application_name",
                                            "client_encoding",
                                            "DateStyle",
                                            "default_transaction_read_only",
                                            "in_hot_standby",
                                            "integer_datetimes",
                                            "IntervalStyle",
                                            "is_superuser",
                                            "scram_iterations",
                                            "search_path",
                                            "server_encoding",
                                            "server_version",
                                            "session_authorization",
                                            "standard_conforming_strings",
                                            "TimeZone"};

protocol::ErrorFields unable(std::string message) {
  return protocol::make_error(Severity::Fatal, protocol::sqlstate::kUnableToConnect, std::move(message));
}

std::map<std::string, std::string> reported_parameters(const PGconn* connection) {
  std::map<std::string, std::string> parameters;
  for (const char* name : kReportedParameters) {
    if (const char* value = PQparameterStatus(connection, name)) parameters[name] = value;
  }
  return parameters;
}

std::string address_of(const PGconn* connection) {
  const std::string host = PQhost(connection) != nullptr ? PQhost(connection) : "";
  const std::string port = PQport(connection) != nullptr ? PQport(connection) : "";
  if (host.starts_with('/')) return "unix:" + host + "/.s.PGSQL." + port;
  const char* address = PQhostaddr(connection);
  const std::string text = address != nullptr && *address != '\0' ? address : host;
  return (text.find(':') != std::string::npos ? "[" + text + "]" : text) + ":" + port;
}

}  // namespace

LibpqLogin::LibpqLogin(worker::Worker& worker, worker::Offload& look_ups, worker::Offload& cancels,
                       const BackendTarget& target, config::Milliseconds timeout, LoginHandler& handler)
    : worker_(worker),
      look_ups_(look_ups),
      cancels_(cancels),
      target_(target),
      handler_(handler),
      ticket_(std::make_shared<LibpqLogin*>(this)) {
  if (timeout.count() > 0) worker_.agenda().arm_in(timer_, timeout);
  worker_.agenda().defer(begin_work_);
}

LibpqLogin::~LibpqLogin() {
  *ticket_ = nullptr;
}

void LibpqLogin::begin() {
  const auto keywords = read_keywords(target_);
  if (!keywords) return fail(unable(keywords.error()));
  if (needs_look_up(*keywords)) return look_up(*keywords);
  connect(*keywords);
}

void LibpqLogin::look_up(const ConnectionKeywords& keywords) {
  const auto work = [keywords, ticket = ticket_, &mailbox = static_cast<worker::Mailbox&>(worker_)] {
    auto result = look_up_hosts(keywords);
    mailbox.post([result = std::move(result), ticket] {
      auto* self = *ticket;
      if (self == nullptr || self->state_ != State::LookingUp) return;
      if (result) {
        self->connect(*result);
      } else {
        self->fail(unable(result.error()));
      }
    });
  };
  if (!look_ups_.submit(work)) fail(unable("too many names are being looked up"));
}

void LibpqLogin::connect(const ConnectionKeywords& keywords) {
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : keywords) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  connection_.reset(PQconnectStartParams(names.data(), values.data(), 0));
  if (!connection_) return fail(unable("out of memory"));
  // Verbose errors hold the SQLSTATE, which libpq does not tell otherwise of a failed log-in.
  PQsetErrorVerbosity(connection_.get(), PQERRORS_VERBOSE);
  PQsetNoticeProcessor(connection_.get(), [](void*, const char*) {}, nullptr);
  state_ = State::Connecting;
  if (PQstatus(connection_.get()) == CONNECTION_BAD) return fail(read_login_error(PQerrorMessage(connection_.get())));
  watch(EV_WRITE);
}

// libpq may go on to another socket between two polls, so each step watches anew.
void LibpqLogin::watch(short what) {
  const auto ready = [](int, short, void* self) noexcept {
    auto& login = *static_cast<LibpqLogin*>(self);
    const worker::Turn turn(login.worker_);
    login.poll();
  };
  event_.reset(event_new(worker_.loop(), PQsocket(connection_.get()), what, ready, this));
  event_add(event_.get(), nullptr);
}

void LibpqLogin::poll() {
  switch (PQconnectPoll(connection_.get())) {
    case PGRES_POLLING_READING:
      return watch(EV_READ);
    case PGRES_POLLING_WRITING:
    case PGRES_POLLING_ACTIVE:
      return watch(EV_WRITE);
    case PGRES_POLLING_OK:
      return take_over();
    case PGRES_POLLING_FAILED:
      break;
  }
  fail(read_login_error(PQerrorMessage(connection_.get())));
}

void LibpqLogin::take_over() {
  event_.reset();
  auto* connection = connection_.get();
  PQsetnonblocking(connection, 1);  // its end must never wait for a peer
  (void)PQisBusy(connection);       // reads what libpq has in its buffer behind the ReadyForQuery
  logged_in_.emplace();
  logged_in_->parameters = reported_parameters(connection);
  logged_in_->process_id = PQbackendPID(connection);
  logged_in_->address = address_of(connection);
  if (!logged_in_->address.starts_with("unix:")) io::set_socket_buffer(PQsocket(connection), target_.tcp_socket_buffer);
  logged_in_->cancel = std::make_unique<LibpqCancelTicket>(connection, worker_, cancels_);
  auto transport = std::make_unique<LibpqTransport>(std::move(connection_));
  stream_ = std::make_unique<io::SocketStream>(worker_, std::move(transport));
  state_ = State::InStep;
  stream_->set_handler(*this);
  io::OutputBatch batch;
  batch.own_written([](std::string& out) { protocol::append_sync(out); });
  stream_->write(batch);
}

std::size_t LibpqLogin::on_bytes(protocol::Bytes bytes) {
  protocol::FrameWalker walker(protocol::server_frame_rules());
  std::size_t done = 0;
  while (state_ == State::InStep) {
    const auto next = walker.peek(bytes.substr(done));
    if (!next) {
      fail(unable("the server's answers are out of step"));
      break;
    }
    if (!*next || !(*next)->is_end) break;
    const auto& piece = **next;
    done += piece.bytes.size();
    if (piece.type == 'Z') {
      done == bytes.size() ? succeed() : fail(unable("the server said more than it was asked"));
    } else if (piece.type == 'S') {
      protocol::ByteReader reader(piece.body());
      const auto name = reader.c_string();
      const auto value = reader.c_string();
      if (name && value) logged_in_->parameters.insert_or_assign(std::string(*name), std::string(*value));
    } else if (piece.type != 'N') {
      fail(piece.type == 'E' ? protocol::read_error(piece.body()) : unable("the server's answers are out of step"));
    }
  }
  return done;
}

void LibpqLogin::on_end(io::StreamEnd /*end*/) {
  if (state_ == State::InStep) fail(unable("server closed the connection behind the log-in"));
}

void LibpqLogin::succeed() {
  state_ = State::Done;
  logged_in_->stream = std::move(stream_);
  worker_.agenda().defer(tell_work_);
}

void LibpqLogin::fail(protocol::ErrorFields error) {
  state_ = State::Done;
  error_ = std::move(error);
  logged_in_.reset();
  event_.reset();
  if (stream_) worker_.agenda().bury(std::shared_ptr<io::Stream>(std::move(stream_)));
  worker_.agenda().defer(tell_work_);
}

void LibpqLogin::on_time_up() {
  if (state_ != State::Done) fail(unable("log-in to the backend timed out"));
}

void LibpqLogin::tell() {
  timer_.disarm();
  if (logged_in_) {
    handler_.on_login(std::move(*logged_in_));
  } else {
    handler_.on_login(std::unexpected(error_));
  }
}

}  // namespace howdah::server
