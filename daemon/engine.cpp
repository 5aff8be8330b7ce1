#include "daemon/engine.h"

#include <algorithm>
#include <map>

#include "daemon/io/plain_transport.h"
#include "daemon/io/socket_stream.h"
#include "protocol/sqlstate.h"

namespace howdah {

namespace {

constexpr std::size_t kLookUpThreads = 2;
constexpr std::size_t kCancelThreads = 4;
constexpr auto kCancelGrace = std::chrono::seconds(2);  // what clients ran when we ended is cancelled, not left running
constexpr std::size_t kPasswordThreads = 1;
constexpr std::size_t kMostQueued = 1000;
constexpr auto kWatchInterval = std::chrono::milliseconds(20);

protocol::ErrorFields shutting_down() {
  return protocol::make_error(protocol::Severity::Fatal, protocol::sqlstate::kAdminShutdown,
                              "terminating connection due to administrator command");
}

}  // namespace

App::Engine::Engine(std::shared_ptr<const config::Settings> settings, os::Log& log)
    : settings_(std::move(settings)),
      log_(log),
      secrets_(*settings_),
      server_secrets_(random_),
      keys_(random_),
      look_ups_(kLookUpThreads, kMostQueued),
      cancels_(kCancelThreads, kMostQueued, kCancelGrace),
      password_checks_(kPasswordThreads, kMostQueued),
      connector_(worker_, look_ups_, cancels_),
      pools_(settings_,
             {.agenda = worker_.agenda(),
              .mailbox = worker_,
              .connector = connector_,
              .log = log_,
              .last_server_id = last_server_id_},
             ledgers_),
      session_environment_{.agenda = worker_.agenda(),
                           .mailbox = worker_,
                           .log = log_,
                           .login = {.settings = settings_,
                                     .secrets = secrets_,
                                     .server_secrets = server_secrets_,
                                     .random = random_,
                                     .admission = admission_},
                           .pools = pools_,
                           .keys = keys_,
                           .password_checker = *this,
                           .snapshots = *this,
                           .last_session_id = last_session_id_},
      sessions_(session_environment_) {}

App::Engine::~Engine() {
  listeners_.clear();
  sessions_.terminate_all(shutting_down());
  worker_.agenda().end_turn();
  worker_.close();
}

std::expected<void, std::string> App::Engine::start() {
  auto opened = open_listeners();
  if (opened) opened = open_stats_port();
  if (!opened) {
    listeners_.clear();
    return opened;
  }
  for (const auto& listener : listeners_) log_.info("listening", {{"address", listener->name()}});
  pools_.start();
  worker_.agenda().defer(start_work_);  // before the first client, whose pool must not be waited for
  return {};
}

std::expected<void, std::string> App::Engine::open_listeners() {
  for (const auto& text : settings_->listen) {
    const auto address = config::parse_listen_address(text);
    if (!address) return std::unexpected("listen " + text + ": " + address.error());
    auto opened = io::Listener::open(*address, worker_, log_, *this);
    if (!opened) return std::unexpected(opened.error());
    std::ranges::move(*opened, std::back_inserter(listeners_));
  }
  return {};
}

std::expected<void, std::string> App::Engine::open_stats_port() {
  if (settings_->admin.listen.empty()) return {};
  auto server = stats::HttpServer::start(worker_.loop(), settings_->admin.listen, *this);
  if (!server) return std::unexpected(server.error());
  http_server_.emplace(std::move(*server));
  return {};
}

void App::Engine::watch_start() {
  if (phase_ != Phase::Starting) return;
  if (!pools_.have_settled()) return worker_.agenda().arm_in(start_timer_, kWatchInterval);
  phase_ = Phase::Serving;
  log_.info("ready");
  if (ready_) ready_();
}

void App::Engine::on_accept(io::UniqueFd fd, io::PeerAddress peer) {
  auto transport = std::make_unique<io::PlainTransport>(std::move(fd));
  auto stream = std::make_unique<io::SocketStream>(worker_, std::move(transport), peer.text);
  sessions_.accept(std::move(stream), {.is_local = peer.is_local, .address = peer.bytes});
}

bool App::Engine::check(const auth::PasswordCheck& check, std::function<void(bool)> done) {
  return password_checks_.submit([this, check, done = std::move(done)] {
    const bool is_right = check.run();
    worker_.post([done, is_right] { done(is_right); });
  });
}

// Both go through the mailbox: whoever calls, they are done in a turn of their own.
void App::Engine::drain() {
  worker_.post([this] { begin_drain(); });
}

void App::Engine::stop() {
  worker_.post([this] { finish(); });
}

void App::Engine::begin_drain() {
  if (phase_ == Phase::Draining || phase_ == Phase::Stopped) return;
  phase_ = Phase::Draining;
  log_.info("draining", {{"clients", sessions_.size()}});
  listeners_.clear();
  pools_.drain();
  sessions_.drain();
  if (settings_->shutdown_timeout.count() > 0) {
    worker_.agenda().arm_in(drain_limit_, settings_->shutdown_timeout);
  }
  worker_.agenda().arm_in(drain_timer_, worker::Duration::zero());
}

void App::Engine::watch_drain() {
  if (phase_ != Phase::Draining) return;
  if (sessions_.size() > 0) return worker_.agenda().arm_in(drain_timer_, kWatchInterval);
  finish();
}

void App::Engine::on_drain_over() {
  if (phase_ != Phase::Draining) return;
  log_.warning("drain took too long", {{"clients", sessions_.size()}});
  finish();
}

void App::Engine::finish() {
  if (std::exchange(phase_, Phase::Stopped) == Phase::Stopped) return;
  listeners_.clear();
  sessions_.terminate_all(shutting_down());
  log_.info("stopped");
  worker_.stop();
}

std::vector<std::string> App::Engine::addresses() const {
  std::vector<std::string> names;
  names.reserve(listeners_.size());
  for (const auto& listener : listeners_) names.push_back(listener->name());
  return names;
}

stats::Snapshot App::Engine::snapshot() const {
  stats::Snapshot snapshot;
  snapshot.taken_at = std::chrono::system_clock::now();
  snapshot.started_at = started_at_;
  snapshot.is_ready = phase_ != Phase::Starting;
  snapshot.is_draining = phase_ == Phase::Draining || phase_ == Phase::Stopped;
  snapshot.clients_limit = settings_->client.max_connections;
  snapshot.clients_accepted = session_environment_.counts.accepted;
  snapshot.logins_failed = session_environment_.counts.logins_failed;
  const auto now = std::chrono::steady_clock::now();
  for (const auto* pool : pools_.pools()) snapshot.pools.push_back(pool->snapshot(now));
  count_clients(snapshot);
  return snapshot;
}

void App::Engine::count_clients(stats::Snapshot& snapshot) const {
  using State = client::Session::State;
  std::map<const pool::Pool*, std::size_t> places;
  for (const auto* pool : pools_.pools()) places.emplace(pool, places.size());
  sessions_.for_each([&](const client::Session& session) {
    const auto place = places.find(session.pool());
    if (place == places.end()) {
      if (session.state() != State::Console) ++snapshot.clients_logging_in;
      return;
    }
    auto& pool = snapshot.pools[place->second];
    if (session.state() == State::Leased) ++pool.clients_active;
    if (session.state() == State::Idle || session.state() == State::Skipping) ++pool.clients_idle;
  });
}

std::vector<stats::ClientSnapshot> App::Engine::clients() const {
  std::vector<stats::ClientSnapshot> clients;
  sessions_.for_each([&](const client::Session& session) { clients.push_back(session.snapshot()); });
  std::ranges::sort(clients, {}, &stats::ClientSnapshot::id);
  return clients;
}

std::vector<stats::ServerSnapshot> App::Engine::servers() const {
  std::vector<stats::ServerSnapshot> servers;
  const auto now = std::chrono::system_clock::now();
  for (const auto* pool : pools_.pools()) std::ranges::move(pool->server_snapshots(now), std::back_inserter(servers));
  return servers;
}

}  // namespace howdah
