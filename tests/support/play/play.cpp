#include "tests/support/play/play.h"

#include <boost/test/unit_test.hpp>
#include <stdexcept>

#include "protocol/sqlstate.h"
#include "tests/support/frame_text.h"
#include "tests/support/startup_packets.h"

namespace howdah::tests {

namespace {

constexpr std::uint32_t kCancelCode = 80877102;
constexpr int kMostSteps = 100'000;

void require(bool holds, const char* promise) {
  if (!holds) throw std::logic_error(std::string("broken: ") + promise);
}

}  // namespace

config::Settings one_pool(int max_size, config::PoolMode mode) {
  config::Settings settings;
  config::DatabaseSettings shop{.name = "shop", .backend = "host=backend user=app", .pool = {}};
  shop.pool.max_size = max_size;
  shop.pool.mode = mode;
  shop.pool.defer_begin = false;  // a BEGIN takes a server
  settings.databases = {{"shop", shop}};
  settings.auth = {{.origin = config::AuthRule::Origin::Any, .method = config::AuthMethod::Trust}};
  return settings;
}

config::PoolSettings& pool_of(config::Settings& settings) {
  return settings.databases.begin()->second.pool;
}

Play::Play(config::Settings settings)
    : settings_(std::make_shared<config::Settings>(std::move(settings))),
      log_(settings_->log.level, config::LogFormat::Text,
           [this](std::string_view line) { log_lines_.append(line).push_back('\n'); }),
      secrets_(*settings_),
      server_secrets_(random_),
      pools_(settings_,
             {.agenda = loop.agenda(),
              .mailbox = loop,
              .connector = backend,
              .log = log_,
              .last_server_id = last_server_id_},
             ledgers_),
      environment_{.agenda = loop.agenda(),
                   .mailbox = loop,
                   .log = log_,
                   .login = {.settings = settings_,
                             .secrets = secrets_,
                             .server_secrets = server_secrets_,
                             .random = random_,
                             .admission = admission_},
                   .pools = pools_,
                   .keys = keys_,
                   .password_checker = *this,
                   .gatherer = *this,
                   .last_session_id = last_session_id_},
      sessions_(environment_) {
  loop.after_turn = [this] { check_invariants(); };
}

Play::~Play() {
  loop.turn([this] { sessions_.terminate_all(protocol::make_error(protocol::Severity::Fatal, "57P01", "over")); });
  loop.pass(std::chrono::seconds(10), [] {});  // streams that linger
}

// What holds between any two turns of a worker.
void Play::check_invariants() const {
  require(environment_.requests.is_empty() && environment_.replies.is_empty(), "nothing is left to send");
  require(!loop.agenda().has_deferred(), "nothing is put off beyond the turn");
  std::size_t most_connections = 0;
  for (const auto* pool : pools_.pools()) {
    const auto max_size = static_cast<std::size_t>(pool->settings().max_size);
    most_connections += max_size;
    const auto counts = pool->ledger().counts();
    require(counts.connections() <= max_size, "no pool exceeds max_size");
    require(counts.idle == 0 || counts.waiting == 0, "nobody waits while a server is idle");
  }
  require(backend.connection_count() <= most_connections, "no backend has more connections than max_size");
}

Client& Play::connect() {
  auto socket = std::make_shared<FakeSocket>();
  loop.turn([&] { sessions_.accept(std::make_unique<FakeStream>(socket, loop.agenda()), {.is_local = true}); });
  return clients_.emplace_back(*this, ++connection_count_, socket);
}

Client& Play::start_log_in(const std::string& user, const std::string& database,
                           const std::vector<std::pair<std::string, std::string>>& settings) {
  Pairs pairs = {{"user", user}, {"database", database}};
  pairs.insert(pairs.end(), settings.begin(), settings.end());
  return connect().send(startup_packet(pairs));
}

Client& Play::log_in(const std::string& user, const std::string& database,
                     const std::vector<std::pair<std::string, std::string>>& settings) {
  auto& client = start_log_in(user, database, settings);
  const auto welcome = client.hears();
  BOOST_REQUIRE_MESSAGE(welcome.ends_with("Z(I)"), "log-in ended in: " << welcome);
  return client;
}

pool::Pool& Play::pool(const std::string& database, const std::string& user) {
  return *pools_.find(database, user).value();
}

bool Play::check(const auth::PasswordCheck& check, std::function<void(bool)> done) {
  password_checks_.emplace_back([check, done = std::move(done)] { done(check.run()); });
  return true;
}

void Play::gather(worker::Mailbox& asker, stats::Gathering::Done done) {
  asker.post([this, done = std::move(done)]() mutable {
    done(std::make_shared<stats::GatheredFigures>(stats::Snapshot{}, settings_));
  });
}

void Play::check_passwords() {
  while (!password_checks_.empty()) {
    loop.turn(password_checks_.front());
    password_checks_.pop_front();
  }
}

void Play::run() {
  for (int steps = 0; step(); ++steps) BOOST_REQUIRE_LT(steps, kMostSteps);
}

bool Play::step() {
  bool has_moved = step_clients();
  has_moved |= step_servers();
  if (are_logins_automatic && backend.login_count() > 0) {
    backend.complete_login();
    has_moved = true;
  }
  if (are_passwords_automatic && !password_checks_.empty()) {
    check_passwords();
    has_moved = true;
  }
  return has_moved;
}

bool Play::step_clients() {
  bool has_moved = false;
  for (auto& client : clients_) {
    auto& socket = client.socket();
    if (socket.is_readable()) {
      loop.turn([&] { socket.read(portion); });
      has_moved = true;
    }
    if (client.is_reading_) has_moved |= client.take_replies();
    if (!socket.is_writable()) continue;
    loop.turn([&] { socket.write_on(); });
    has_moved = true;
  }
  return has_moved;
}

bool Play::step_servers() {
  bool has_moved = false;
  for (std::size_t i = 0; i < backend.servers().size(); ++i) {
    auto& server = *backend.servers()[i];
    has_moved |= server.take_requests();
    has_moved |= server.give_replies();
    if (server.socket().is_readable()) {
      loop.turn([&] { server.socket().read(portion); });
      has_moved = true;
    }
    if (server.socket().is_writable()) {
      loop.turn([&] { server.socket().write_on(); });
      has_moved = true;
    }
    if (!are_cancels_automatic || !server.has_cancel()) continue;
    server.cancel_arrives();
    loop.turn([&] { server.cancel_ends(); });
    has_moved = true;
  }
  return has_moved;
}

void Play::start_pools() {
  loop.turn([this] { pools_.start(); });
}

void Play::pass(worker::Duration duration) {
  loop.pass(duration, [this] { run(); });
}

void Play::drain() {
  loop.turn([this] {
    pools_.drain();
    sessions_.drain();
  });
  run();
}

Client& Client::send(protocol::Bytes bytes) {
  socket_->send(bytes);
  if (!play_.is_held) play_.run();
  return *this;
}

void Client::note_keys(protocol::Bytes frames) {
  for_each_frame(frames, [&](char type, protocol::Bytes body) {
    if (type != 'K') return;
    process_id_ = protocol::read_int32(body);
    cancel_secret_ = body.substr(4);
  });
}

bool Client::take_replies() {
  const auto bytes = socket_->receive();
  note_keys(bytes);
  received_ += bytes;
  return !bytes.empty();
}

std::string Client::take_bytes() {
  return std::exchange(received_, {});
}

std::string Client::hears() {
  return backend_text(take_bytes());
}

void Client::half_close() {
  socket_->send_end_of_file();
  if (!play_.is_held) play_.run();
}

void Client::vanish() {
  socket_->vanish();
  if (!play_.is_held) play_.run();
}

void Client::reset() {
  socket_->reset();
  if (!play_.is_held) play_.run();
}

void Client::stop_reading(std::size_t kernel_bytes) {
  is_reading_ = false;
  socket_->set_capacity(kernel_bytes);
}

void Client::read_on() {
  is_reading_ = true;
  play_.run();
}

Client& Client::cancel() {
  std::string rest;
  protocol::append_int32(rest, process_id_);
  rest += cancel_secret_;
  auto& asker = play_.connect().send(coded_packet(kCancelCode, rest));
  if (play_.is_held) play_.loop.turn([&] { asker.socket().read(); });
  return asker;
}

bool Client::is_closed() {
  return socket_->is_closed();
}

client::Session* Client::session() const {
  client::Session* found = nullptr;
  play_.sessions_.for_each([&](client::Session& session) {
    if (session.id() == session_id_) found = &session;
  });
  return found;
}

client::Session::State Client::state() const {
  auto* found = session();
  return found == nullptr ? client::Session::State::Ended : found->state();
}

}  // namespace howdah::tests
