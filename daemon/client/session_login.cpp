// The part of a session from its first byte to its first ReadyForQuery.
#include <algorithm>

#include "daemon/client/session.h"
#include "protocol/sqlstate.h"

namespace howdah::client {

using protocol::Bytes;
using protocol::Severity;

void Session::open(Room room) {
  if (room == Room::ForConsole) login_->keep_for_console();
  if (!login_->is_turned_away()) return;
  environment_.replies.own_written([&](std::string& out) { login_->turn_away(out); });
  after_login_step();
}

// A password may be among them.
std::size_t Session::take_login_bytes(Bytes bytes) {
  stream_->overwrite_taken();
  std::size_t done = 0;
  environment_.replies.own_written([&](std::string& out) { done = login_->on_bytes(bytes, out); });
  after_login_step();
  return done;
}

void Session::after_login_step() {
  using Stage = LoginConversation::Stage;
  peer_ = login_->peer();
  switch (login_->stage()) {
    case Stage::WaitingForProxyHeader:
    case Stage::WaitingForStartup:
    case Stage::WaitingForPassword:
      return send_replies();
    case Stage::StartingTls:
      return start_tls();
    case Stage::Asking:
      send_replies();
      return run_errand();
    case Stage::Accepted:
      return on_authenticated();
    case Stage::Cancelling:
      return pass_cancel_on();
    case Stage::Ended:
      ++environment_.counts.logins_failed;
      return end("log-in failed", false);
  }
}

// The answer to its request goes out as it is, or it would be a part of the handshake.
void Session::start_tls() {
  send_replies();
  auto context = environment_.login.tls->current();
  if (context == nullptr || stream_->pending_bytes() > 0) return end("TLS could not be started", false);
  stream_->start_tls(std::move(context), login_->is_tls_direct());
  login_->on_tls_started(*stream_);
}

void Session::run_errand() {
  enter(State::Authenticating);
  ticket_ = std::make_shared<Session*>(this);
  const auto done = [ticket = ticket_](const auth::Answer& answer) {
    if (*ticket != nullptr) (*ticket)->on_answer(answer);
  };
  if (environment_.errands.run(login_->take_errand(), done)) return;
  terminate(protocol::make_error(Severity::Fatal, protocol::sqlstate::kTooManyConnections,
                                 "too many log-ins are being checked"));
}

void Session::on_answer(const auth::Answer& answer) {
  ticket_.reset();
  enter(State::LoggingIn);
  environment_.replies.own_written([&](std::string& out) { login_->on_answer(answer, out); });
  after_login_step();
  if (state_ != State::Ended) stream_->redeliver();
}

void Session::pass_cancel_on() {
  const auto& request = login_->cancel_request();
  enter(State::Cancelling);
  ticket_ = std::make_shared<Session*>(this);
  const auto over = [ticket = ticket_, &mailbox = environment_.mailbox](const void*) {
    mailbox.post([ticket] {
      if (*ticket != nullptr) (*ticket)->end("cancel request", false);
    });
  };
  environment_.keys.request(request.process_id, request.key, cancel::CancelHold(nullptr, over));
}

void Session::on_authenticated() {
  const auto& startup = login_->startup();
  seat_ = login_->take_seat();
  if (startup.options_error) return terminate(*startup.options_error);
  if (is_console_name(startup.database)) return begin_console();
  if (environment_.pools.is_disabled(startup.database)) {
    return terminate(protocol::make_error(Severity::Fatal, protocol::sqlstate::kCannotConnectNow,
                                          "database \"" + startup.database + "\" is disabled"));
  }
  const auto pool = environment_.pools.find(startup.database, startup.user);
  if (!pool) return terminate(pool.error());
  pool_ = *pool;
  rules_ = &pool_->session_rules();
  mode_ = pool_->settings().mode;
  const auto& users = environment_.login.settings->users;
  const auto user = users.find(startup.user);
  if (user != users.end()) mode_ = user->second.pool_mode.value_or(pool_->settings().mode);
  if (take_seats()) welcome();
}

bool Session::take_seats() {
  const auto refuse = [&](const std::string& message) {
    terminate(protocol::make_error(Severity::Fatal, protocol::sqlstate::kTooManyConnections, message));
    return false;
  };
  auto& admission = environment_.login.admission;
  const auto& startup = login_->startup();
  database_seat_ = admission.enter_database(startup.database, pool_->settings().max_clients);
  if (!database_seat_.is_taken()) return refuse("too many connections for database \"" + startup.database + "\"");
  const auto& users = environment_.login.settings->users;
  const auto user = users.find(startup.user);
  user_seat_ = admission.enter_user(startup.user, user == users.end() ? 0 : user->second.max_clients);
  if (!user_seat_.is_taken()) return refuse("too many connections for role \"" + startup.user + "\"");
  return true;
}

// Those of the client, and where it comes from if that is to be seen.
protocol::SessionSettings Session::make_settings() const {
  const auto& given = login_->startup().settings;
  if (!environment_.login.settings->client.application_name_add_host) return protocol::make_session_settings(given);
  constexpr std::string_view kName = "application_name";
  auto settings = given;
  const auto named =
      std::ranges::find(settings.rbegin(), settings.rend(), kName, &decltype(settings)::value_type::first);
  const auto name = named == settings.rend() ? std::string("app") : named->second;
  const auto host = " - " + peer_.text();
  const auto room = protocol::kMaxNameBytes - std::min(host.size(), protocol::kMaxNameBytes);
  settings.emplace_back(kName, name.substr(0, room) + host);
  return protocol::make_session_settings(settings);
}

// The client hears that it is connected when a server has taken its settings once, and knows its parameters from it.
void Session::welcome() {
  settings_ = make_settings();
  enter(State::Welcoming);
  const auto known = pool_->welcomes().find(settings_);
  if (known != nullptr && mode_ != config::PoolMode::Session) return complete_welcome(*known);
  send_replies();
  if (auto* server = pool_->acquire(*this, 0)) begin_lease(*server);
}

void Session::complete_welcome(const pool::Welcome& welcome) {
  settings_ = startup_settings_ = welcome.settings;
  const bool has_long_keys = protocol::negotiated_minor_version(login_->startup()) >= 2;
  const auto key = environment_.keys.add(*this, process_id_to_tell(), has_long_keys ? 32 : 4);
  process_id_ = key.process_id;
  environment_.replies.own_written([&](std::string& out) {
    out += welcome.parameters;
    protocol::append_backend_key_data(out, key.process_id, key.secret);
    protocol::append_ready_for_query(out, protocol::TransactionStatus::Idle);
  });
  login_.reset();
  if (environment_.login.settings->log.connections) {
    environment_.log.info("client connected",
                          {{"client", id_}, {"user", user()}, {"database", database()}, {"address", peer_.text()}});
  }
  enter(server_ != nullptr ? State::Leased : State::Idle);
  send_replies();
  stream_->set_reading(true);
  stream_->redeliver();
}

// Of the server that it will get first, if nobody else is there before, and asks for again as long as that is idle.
// Zero where there is none. Only in session mode it is this session's alone.
std::int32_t Session::process_id_to_tell() {
  if (server_ != nullptr && mode_ == config::PoolMode::Session) return server_->process_id();
  const auto first = server_ == nullptr
                         ? pool_->first_choice()
                         : pool::PoolLedger::FirstChoice{.id = server_->id(), .process_id = server_->process_id()};
  last_server_ = first.id;
  return environment_.keys.may_share(first.process_id) ? first.process_id : 0;
}

}  // namespace howdah::client
