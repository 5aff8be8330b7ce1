#include "tests/support/play/play.h"

#include <boost/test/unit_test.hpp>
#include <exception>
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
  settings.auth = {{.method = config::AuthMethod::Trust}};
  return settings;
}

config::PoolSettings& pool_of(config::Settings& settings) {
  return settings.databases.begin()->second.pool;
}

Play::Play(config::Settings settings)
    : settings_(std::make_shared<config::Settings>(std::move(settings))),
      log_(settings_->log.level, config::LogFormat::Text,
           [this](std::string_view line) { log_lines_.append(line).push_back('\n'); }),
      secrets_(std::make_shared<auth::SecretStore>(*settings_)),
      server_secrets_(random_),
      commons_{.settings = settings_,
               .log = log_,
               .login = {.settings = settings_,
                         .secrets = secrets_,
                         .server_secrets = server_secrets_,
                         .random = random_,
                         .admission = admission_},
               .keys = keys_,
               .cancels = cancels_,
               .peer_figures = peer_figures_,
               .errands = *this,
               .gatherer = *this},
      loop(workers_.emplace_back(commons_).loop),
      backend(workers_.front().backend) {
  while (workers_.size() < static_cast<std::size_t>(settings_->workers)) workers_.emplace_back(commons_);
  for (auto& worker : workers_) worker.loop.after_turn = [this] { check_invariants(); };
}

Play::~Play() {
  if (std::uncaught_exceptions() > 0) {  // a promise is broken already: the message must come out
    for (auto& worker : workers_) worker.loop.after_turn = {};
  }
  const auto over = protocol::make_error(protocol::Severity::Fatal, "57P01", "over");
  for (auto& worker : workers_) worker.loop.turn([&] { worker.sessions.terminate_all(over); });
  pass(std::chrono::seconds(10), [this] { read_letters(); });  // streams that linger
}

// What holds between any two turns of any worker.
void Play::check_invariants() const {
  std::map<const pool::PoolLedger*, std::size_t> most_of_each;
  std::size_t connections = 0;
  for (const auto& worker : workers_) {
    const auto& environment = worker.environment;
    require(environment.requests.is_empty() && environment.replies.is_empty(), "nothing is left to send");
    require(!worker.loop.agenda().has_deferred(), "nothing is put off beyond the turn");
    connections += worker.backend.connection_count();
    for (const auto* pool : worker.pools.pools()) {
      most_of_each[&pool->ledger()] = static_cast<std::size_t>(pool->settings().max_size);
    }
  }
  std::size_t most_connections = 0;
  for (const auto& [ledger, max_size] : most_of_each) {
    most_connections += max_size;
    const auto counts = ledger->counts();
    require(counts.connections() <= max_size || is_max_size_lowered, "no pool exceeds max_size");
    require(counts.idle == 0 || counts.unserved == 0, "nobody waits while a server is idle on any worker");
    require(workers_.size() > 1 || counts.unserved == counts.waiting, "one worker sends itself no servers");
  }
  require(connections <= most_connections || is_max_size_lowered, "no backend has more connections than max_size");
}

Client& Play::connect() {
  auto socket = std::make_shared<FakeSocket>();
  auto& worker = workers_[connection_count_ % workers_.size()];
  worker.loop.turn([&] { worker.sessions.accept(std::make_unique<FakeStream>(socket, worker.loop.agenda()), {}); });
  return clients_.emplace_back(*this, worker, ++connection_count_, socket);
}

Client* Play::adopt(const client::HandedClient& handed, Client& client) {
  auto& worker = workers_.front();
  bool is_adopted = false;
  worker.loop.turn([&] {
    auto stream = std::make_unique<FakeStream>(client.socket_, worker.loop.agenda());
    stream->put_unread(handed.unread);
    is_adopted = worker.sessions.adopt(handed, std::move(stream)).has_value();
  });
  if (!is_adopted) return nullptr;
  worker.loop.turn([&] { worker.sessions.begin_serving(handed.id); });
  auto& taken = clients_.emplace_back(*this, worker, handed.id, client.socket_);
  taken.process_id_ = client.process_id_;
  taken.cancel_secret_ = client.cancel_secret_;
  run();
  return &taken;
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
  return *workers_.front().pools.find(database, user).value();
}

bool Play::run(auth::Errand errand, Done done) {
  password_checks_.emplace_back(
      [work = std::get<auth::HashWork>(std::move(errand)), done = std::move(done)] { done(work.run()); });
  return true;
}

void Play::gather(worker::Mailbox& asker, stats::Gathering::Done done) {
  auto tell = [&asker, done = std::move(done)](stats::FiguresPointer figures) mutable {
    asker.post([figures = std::move(figures), done = std::move(done)]() mutable { done(std::move(figures)); });
  };
  const auto gathering = std::make_shared<stats::Gathering>(
      workers_.size(), stats::GatheredFigures(stats::Snapshot{}, settings_), std::move(tell));
  for (auto& worker : workers_) {
    static_cast<worker::Mailbox&>(worker.loop).post([&worker, gathering] {
      const auto now = worker.loop.agenda().now();
      gathering->add(figures_of(worker.pools, worker.sessions, worker.statements, worker.environment.counts, now));
    });
  }
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
  bool has_moved = read_letters();
  has_moved |= step_clients();
  has_moved |= step_servers();
  if (are_logins_automatic) has_moved |= complete_logins();
  if (are_passwords_automatic && !password_checks_.empty()) {
    check_passwords();
    has_moved = true;
  }
  return has_moved;
}

bool Play::complete_logins() {
  bool has_moved = false;
  for (auto& worker : workers_) {
    if (worker.backend.login_count() == 0) continue;
    worker.backend.complete_login();
    has_moved = true;
  }
  return has_moved;
}

bool Play::read_letters() {
  bool has_moved = false;
  for (auto& worker : workers_) {
    if (!worker.loop.has_letters()) continue;
    worker.loop.turn([] {});
    has_moved = true;
  }
  return has_moved;
}

bool Play::step_clients() {
  bool has_moved = false;
  for (auto& client : clients_) {
    auto& socket = client.socket();
    if (socket.is_readable()) {
      client.loop().turn([&] { socket.read(portion); });
      has_moved = true;
    }
    if (client.is_reading_) has_moved |= client.take_replies();
    if (!socket.is_writable()) continue;
    client.loop().turn([&] { socket.write_on(); });
    has_moved = true;
  }
  return has_moved;
}

std::vector<FakeServer*> Play::all_servers() const {
  std::vector<FakeServer*> servers;
  for (const auto& worker : workers_) {
    for (const auto& server : worker.backend.servers()) servers.push_back(server.get());
  }
  return servers;
}

bool Play::step_servers() {
  bool has_moved = false;
  for (auto* one : all_servers()) {
    auto& server = *one;
    has_moved |= server.take_requests();
    has_moved |= server.give_replies();
    if (server.socket().is_readable()) {
      server.loop().turn([&] { server.socket().read(portion); });
      has_moved = true;
    }
    if (server.socket().is_writable()) {
      server.loop().turn([&] { server.socket().write_on(); });
      has_moved = true;
    }
    if (!are_cancels_automatic || !server.has_cancel()) continue;
    server.cancel_arrives();
    server.loop().turn([&] { server.cancel_ends(); });
    has_moved = true;
  }
  return has_moved;
}

void Play::start_pools() {
  loop.turn([this] { workers_.front().pools.start(); });
}

void Play::pass(worker::Duration duration) {
  pass(duration, [this] { run(); });
}

void Play::jump(worker::Duration duration) {
  for (auto& worker : workers_) worker.loop.jump(duration);
}

void Play::fire_timers() {
  for (auto& worker : workers_) worker.loop.fire_timers();
}

void Play::pass(worker::Duration duration, const std::function<void()>& between) {
  const auto end = loop.now() + duration;
  while (true) {
    auto next = end;
    bool is_due = false;
    for (const auto& worker : workers_) {
      const auto wake_up = worker.loop.agenda().next_wake_up();
      if (!wake_up || *wake_up > next) continue;
      next = *wake_up;
      is_due = true;
    }
    jump(std::max(next - loop.now(), worker::Duration::zero()));
    fire_timers();
    between();
    if (!is_due) return;
  }
}

void Play::drain() {
  for (auto& worker : workers_) {
    worker.loop.turn([&worker] {
      worker.pools.drain();
      worker.sessions.drain();
    });
  }
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
  if (play_.is_held) asker.loop().turn([&] { asker.socket().read(); });
  return asker;
}

bool Client::is_closed() {
  return socket_->is_closed();
}

const client::Session* Client::session() const {
  const client::Session* found = nullptr;
  worker_.sessions.for_each([&](const client::Session& session) {
    if (session.id() == session_id_) found = &session;
  });
  return found;
}

client::Session::State Client::state() const {
  const auto* found = session();
  return found == nullptr ? client::Session::State::Ended : found->state();
}

}  // namespace howdah::tests
