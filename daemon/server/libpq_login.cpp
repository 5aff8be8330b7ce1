#include "daemon/server/libpq_login.h"

#include <event2/event.h>
#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "daemon/io/socket_options.h"
#include "daemon/io/socket_stream.h"
#include "daemon/server/host_list.h"
#include "daemon/server/libpq_cancel.h"
#include "daemon/server/libpq_transport.h"
#include "daemon/server/scram_bound.h"
#include "protocol/crypto.h"
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

struct LibpqLogin::Hand {
  explicit Hand(ConnectionKeywords given) : keywords(std::move(given)) {}
  ~Hand() {
    for (auto& [keyword, value] : keywords) protocol::cleanse(value);
  }
  Hand(const Hand&) = delete;
  Hand& operator=(const Hand&) = delete;

  ConnectionKeywords keywords;
  ConnectionPointer connection;
  std::vector<Host> hosts;
  ScramBound bound;
};

struct LibpqLogin::StepResult {
  Next next = Next::Fail;
  int fd = -1;
  protocol::ErrorFields error = {};
  std::string place = {};  // that is tried now, where there are others
  std::size_t hosts = 0;
};

namespace {

using ConnectResult = std::expected<ConnectionPointer, protocol::ErrorFields>;

ConnectResult connect(const ConnectionKeywords& keywords) {
  auto connection = start_connection(keywords);
  if (!connection) return std::unexpected(unable("out of memory"));
  // Verbose errors hold the SQLSTATE, which libpq does not tell otherwise of a failed log-in.
  PQsetErrorVerbosity(connection.get(), PQERRORS_VERBOSE);
  if (PQstatus(connection.get()) == CONNECTION_BAD) {
    return std::unexpected(read_login_error(PQerrorMessage(connection.get())));
  }
  return connection;
}

// Where libpq is trying now.
std::string place_of(const PGconn* connection) {
  const auto text = [](const char* value) { return std::string(value != nullptr ? value : ""); };
  return place_of(Host{
      .name = text(PQhost(connection)), .address = text(PQhostaddr(connection)), .port = text(PQport(connection))});
}

// What a log-in of one host may take: of the whole its share, and no more than the connection string says.
worker::Duration share_of(config::Milliseconds timeout, std::size_t hosts, const std::string& connect_timeout) {
  constexpr auto kShortest = config::Milliseconds(100);
  int seconds = 0;
  (void)std::from_chars(connect_timeout.data(), connect_timeout.data() + connect_timeout.size(), seconds);
  const config::Milliseconds said = std::chrono::seconds(seconds > 0 ? seconds : 10);
  const auto share = timeout.count() > 0 ? timeout / static_cast<std::int64_t>(hosts) : said;
  return std::max(std::min(share, said), kShortest);
}

}  // namespace

LibpqLogin::LibpqLogin(worker::Worker& worker, worker::Offload& look_ups, worker::FairOffload& steps,
                       worker::FairOffload& cancels, SilentHosts& silent_hosts, const BackendTarget& target,
                       config::Milliseconds timeout, LoginHandler& handler)
    : worker_(worker),
      look_ups_(look_ups),
      steps_(steps),
      cancels_(cancels),
      target_(target),
      timeout_(timeout),
      silent_hosts_(silent_hosts),
      handler_(handler),
      ticket_(std::make_shared<LibpqLogin*>(this)) {
  if (timeout.count() > 0) worker_.agenda().arm_in(timer_, timeout);
  worker_.agenda().defer(begin_work_);
}

LibpqLogin::~LibpqLogin() {
  *ticket_ = nullptr;
}

void LibpqLogin::begin() {
  auto keywords = read_keywords(target_);
  if (!keywords) return fail(unable(keywords.error()));
  hand_ = std::make_shared<Hand>(*std::move(keywords));
  do_step([silent = silent_hosts_.places(worker_.agenda().now())](Hand& hand) -> StepResult {
    if (needs_look_up(hand.keywords)) {
      auto looked_up = look_up_hosts(hand.keywords);
      if (!looked_up) return {.next = Next::Fail, .error = unable(looked_up.error())};
      hand.keywords.swap(*looked_up);
      for (auto& [keyword, value] : *looked_up) protocol::cleanse(value);
    }
    hand.hosts = with_silent_last(hosts_of(hand.keywords), silent);
    return begin_connection(hand);
  });
}

LibpqLogin::StepResult LibpqLogin::begin_connection(Hand& hand) {
  if (hand.hosts.size() > 1) set_hosts(hand.keywords, hand.hosts);
  auto connected = connect(hand.keywords);
  if (!connected) return {.next = Next::Fail, .error = connected.error()};
  hand.connection = *std::move(connected);
  return waiting(Next::WaitToWrite, hand);
}

LibpqLogin::StepResult LibpqLogin::waiting(Next next, const Hand& hand) {
  const auto* connection = hand.connection.get();
  StepResult result{.next = next, .fd = PQsocket(connection), .hosts = hand.hosts.size()};
  if (hand.hosts.size() > 1) result.place = place_of(connection);
  return result;
}

// Names may take their time, and are looked up elsewhere than what only computes.
void LibpqLogin::do_step(Step step) {
  auto work = [step = std::move(step), hand = hand_, ticket = ticket_,
               &mailbox = static_cast<worker::Mailbox&>(worker_)]() mutable {
    auto result = step(*hand);
    mailbox.post([result = std::move(result), ticket, hand = std::exchange(hand, nullptr)]() mutable {
      hand.reset();
      if (*ticket != nullptr && (*ticket)->state_ != State::Done) (*ticket)->on_step(result);
    });
  };
  const bool is_first = state_ == State::LookingUp;
  const bool is_taken = is_first && needs_look_up(hand_->keywords) ? look_ups_.submit(std::move(work))
                                                                   : steps_.submit(target_.connection_string, work);
  if (!is_taken) fail(unable("too many log-ins are under way"));
}

void LibpqLogin::on_step(const StepResult& result) {
  state_ = State::Connecting;
  note_place(result.place, result.hosts);
  switch (result.next) {
    case Next::WaitToRead:
      return watch(result.fd, EV_READ);
    case Next::WaitToWrite:
      return watch(result.fd, EV_WRITE);
    case Next::TakeOver:
      return take_over();
    case Next::Fail:
      return fail(result.error);
  }
}

void LibpqLogin::note_place(const std::string& place, std::size_t hosts) {
  if (place == place_) return;
  place_ = place;
  if (place.empty()) return host_timer_.disarm();
  const auto& own =
      value_of(read_connection_string(target_.connection_string).value_or(ConnectionKeywords()), "connect_timeout");
  worker_.agenda().arm_in(host_timer_, share_of(timeout_, hosts, own));
}

// The step that is under way has the connection in hand.
void LibpqLogin::on_host_time_up() {
  constexpr auto kSoon = std::chrono::milliseconds(50);
  if (state_ != State::Connecting) return;
  if (!event_) return worker_.agenda().arm_in(host_timer_, kSoon);
  event_.reset();
  silent_hosts_.note(place_, worker_.agenda().now());
  do_step([silent = std::exchange(place_, {})](Hand& hand) -> StepResult {
    std::erase_if(hand.hosts, [&](const Host& host) { return server::place_of(host) == silent; });
    if (hand.hosts.empty()) return {.next = Next::Fail, .error = unable(silent + " does not answer")};
    set_hosts(hand.keywords, hand.hosts);
    return begin_connection(hand);
  });
}

// libpq may go on to another socket between two polls, so each step watches anew.
void LibpqLogin::watch(int fd, short what) {
  const auto ready = [](int, short ready_for, void* self) noexcept {
    auto& login = *static_cast<LibpqLogin*>(self);
    const worker::Turn turn(login.worker_);
    login.on_ready((ready_for & EV_READ) != 0);
  };
  event_.reset(event_new(worker_.loop(), fd, what, ready, this));
  event_add(event_.get(), nullptr);
}

void LibpqLogin::on_ready(bool is_to_read) {
  event_.reset();  // libpq may close the socket
  do_step([is_to_read](Hand& hand) -> StepResult {
    auto* connection = hand.connection.get();
    if (const auto iterations = is_to_read ? hand.bound.look(connection) : std::nullopt) {
      return {.next = Next::Fail,
              .error = unable("the backend asks for " + std::to_string(*iterations) + " SCRAM iterations, more than " +
                              std::to_string(ScramBound::kMostIterations))};
    }
    switch (PQconnectPoll(connection)) {
      case PGRES_POLLING_READING:
        return waiting(Next::WaitToRead, hand);
      case PGRES_POLLING_WRITING:
      case PGRES_POLLING_ACTIVE:
        return waiting(Next::WaitToWrite, hand);
      case PGRES_POLLING_OK:
        return {.next = Next::TakeOver};
      case PGRES_POLLING_FAILED:
        break;
    }
    return {.next = Next::Fail, .error = read_login_error(PQerrorMessage(connection))};
  });
}

void LibpqLogin::take_over() {
  auto* connection = hand_->connection.get();
  PQsetnonblocking(connection, 1);  // its end must never wait for a peer
  (void)PQisBusy(connection);       // reads what libpq has in its buffer behind the ReadyForQuery
  logged_in_.emplace();
  logged_in_->parameters = reported_parameters(connection);
  logged_in_->process_id = PQbackendPID(connection);
  logged_in_->has_used_password = PQconnectionUsedPassword(connection) != 0;
  logged_in_->address = address_of(connection);
  if (!logged_in_->address.starts_with("unix:")) io::set_socket_buffer(PQsocket(connection), target_.tcp_socket_buffer);
  logged_in_->cancel = std::make_unique<LibpqCancelTicket>(connection, target_.connection_string, worker_, cancels_);
  auto transport = std::make_unique<LibpqTransport>(std::move(hand_->connection));
  hand_.reset();
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
  hand_.reset();
  if (stream_) worker_.agenda().bury(std::shared_ptr<io::Stream>(std::move(stream_)));
  worker_.agenda().defer(tell_work_);
}

void LibpqLogin::on_time_up() {
  if (state_ != State::Done) fail(unable("log-in to the backend timed out"));
}

void LibpqLogin::tell() {
  timer_.disarm();
  host_timer_.disarm();
  if (logged_in_) {
    handler_.on_login(std::move(*logged_in_));
  } else {
    handler_.on_login(std::unexpected(error_));
  }
}

}  // namespace howdah::server
