#include "tests/daemon/simulation/simulation.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "protocol/sqlstate.h"

namespace howdah::tests {

namespace {

constexpr int kMostClients = 12;
constexpr int kMostClientsInACrowd = 200;
constexpr int kMostUnits = 8;
constexpr std::size_t kLeastCapacity = 200;
constexpr std::size_t kStepsPerClient = 150;
constexpr int kMostSettlingSteps = 200'000;

void require(bool holds, const std::string& promise) {
  if (!holds) throw std::logic_error("broken: " + promise);
}

}  // namespace

config::Settings Simulation::settings_of(int workers, Dice& dice, Weather& weather) {
  weather = {.kills_servers = dice.chance(30),
             .fails_logins = dice.chance(20),
             .cancels = dice.chance(50),
             .is_slow = dice.chance(40),
             .jumps_clock = dice.chance(20),
             .vanishes = dice.chance(60)};
  auto settings = one_pool(static_cast<int>(1 + dice.below(5)));
  auto& pool = pool_of(settings);
  pool.min_size = static_cast<int>(dice.below(3));
  pool.defer_begin = dice.chance(50);
  pool.prepared_statements.reuse_unnamed = dice.chance(50);
  if (dice.chance(15)) pool.mode = config::PoolMode::Session;
  if (weather.jumps_clock) {
    pool.query_timeout = std::chrono::seconds(dice.below(2) * 20);
    pool.idle_in_transaction_timeout = std::chrono::seconds(dice.below(2) * 10);
    pool.transaction_timeout = std::chrono::seconds(dice.below(2) * 60);
    pool.max_lifetime = std::chrono::seconds(dice.below(2) * 100);
    pool.idle_timeout = std::chrono::seconds(dice.below(2) * 30);
  }
  settings.log.level = config::LogLevel::Error;
  settings.log.connections = false;
  settings.workers = workers;
  if (workers > 1) weather.drains = dice.chance(20);
  return settings;
}

Simulation::Simulation(std::uint64_t seed, int workers) : dice_(seed), play_(settings_of(workers, dice_, weather_)) {
  play_.is_held = true;
  const bool is_crowd = dice_.chance(2);
  const auto count = 1 + dice_.below(is_crowd ? kMostClientsInACrowd : kMostClients);
  for (std::size_t i = 1; i <= count; ++i) {
    clients_.emplace_back(static_cast<int>(i), play_, dice_, weather_,
                          static_cast<int>(1 + dice_.below(is_crowd ? 3 : kMostUnits)));
  }
  play_.start_pools();
}

void Simulation::run() {
  try {
    for (auto steps = kStepsPerClient * clients_.size(); steps > 0; --steps) step();
    settle();
    check_end();
  } catch (const std::logic_error& broken) {
    throw std::logic_error(broken.what() + describe());
  }
}

PlayWorker& Simulation::any_worker() {
  auto& workers = play_.workers();
  return is_alone() ? workers.front() : workers[dice_.below(workers.size())];
}

void Simulation::step() {
  if (!is_alone() && dice_.chance(20)) return any_worker().loop.turn([] {});  // reads its letters
  switch (dice_.below(8)) {
    case 0:
    case 1:
    case 2: {
      auto& client = clients_[dice_.below(clients_.size())];
      if (is_draining_ && client.connection() == nullptr) return;  // nobody listens any more
      return client.act();
    }
    case 3:
    case 4:
      return move_client();
    case 5:
    case 6:
      return move_server();
    default:
      return move_backend();
  }
}

void Simulation::move_client() {
  auto* client = clients_[dice_.below(clients_.size())].connection();
  if (client == nullptr) return;
  auto& socket = client->socket();
  const auto most = dice_.chance(50) ? FakeSocket::kAll : dice_.portion(5'000);
  if (socket.is_readable()) client->loop().turn([&] { socket.read(most); });
  if (socket.is_writable()) client->loop().turn([&] { socket.write_on(); });
}

void Simulation::move_server() {
  const auto& servers = any_worker().backend.servers();
  if (servers.empty()) return;
  // Those made last live most likely.
  const auto recent = std::min<std::size_t>(servers.size(), 6);
  auto& server = *servers[servers.size() - 1 - dice_.below(recent)];
  const auto most = dice_.chance(50) ? FakeSocket::kAll : dice_.portion(5'000);
  auto& socket = server.socket();
  switch (dice_.below(6)) {
    case 0:
      (void)server.take_requests(most);
      return;
    case 1:
      (void)server.give_replies(most);
      return;
    case 2:
      if (socket.is_writable()) server.loop().turn([&] { socket.write_on(); });
      if (dice_.chance(50)) server.script().wake();
      return;
    case 3:
      return cancel_on(server);
    case 4:
      if (weather_.kills_servers && dice_.chance(is_alone() ? 2 : 10)) server.script().die();
      return;
    default:
      if (socket.is_readable()) server.loop().turn([&] { socket.read(most); });
  }
}

void Simulation::cancel_on(FakeServer& server) {
  if (!server.has_cancel()) return;
  if (server.has_cancel_arrived()) return server.loop().turn([&] { server.cancel_ends(); });
  const auto victim = client_of(server.cancel_arrives());
  if (!victim) return;
  const auto& client = clients_[static_cast<std::size_t>(*victim - 1)];
  require(client.may_be_cancelled() || client.is_over() || weather_.jumps_clock,
          "a cancel hits only its own client's request, but hit client " + std::to_string(*victim));
}

void Simulation::move_backend() {
  auto& backend = any_worker().backend;
  if (backend.login_count() > 0 && dice_.chance(30)) {
    if (weather_.fails_logins && dice_.chance(40)) {
      return backend.fail_login(protocol::make_error(protocol::Severity::Fatal, "53300", "sorry, too many clients"));
    }
    auto& server = backend.complete_login(dice_.below(backend.login_count()));
    server.script().set_copy_lookahead(static_cast<int>(dice_.below(4)));
    if (weather_.is_slow) server.socket().set_capacity(kLeastCapacity + dice_.portion(20'000));
    return watch(server);
  }
  if (weather_.drains && !is_draining_ && dice_.chance(1)) return begin_drain();
  const auto most_ms = weather_.jumps_clock && dice_.chance(10) ? 12'000 : 20;
  play_.jump(std::chrono::milliseconds(dice_.portion(static_cast<std::size_t>(most_ms))));
  play_.fire_timers();
}

// Each worker comes to it in its own time.
void Simulation::begin_drain() {
  is_draining_ = true;
  for (auto& worker : play_.workers()) {
    worker.loop.post([&worker] {
      worker.pools.drain();
      worker.sessions.drain();
    });
  }
}

void Simulation::watch(FakeServer& server) {
  server.script().on_text = [this, &server](const std::string& text) { on_text(server, text); };
}

// A server that changes hands is as clean as a new one.
void Simulation::on_text(FakeServer& server, const std::string& text) {
  const auto& script = server.script();
  auto& seen = seen_[&server];
  if (text.starts_with("BEGIN") && script.status() == 'I') seen.has_begun = true;  // who comes next did
  const auto client = client_of(text);
  const bool is_howdah_s = text.starts_with("SELECT pg_catalog.set_config(");
  if (!client || is_howdah_s) return;
  const bool has_just_begun = std::exchange(seen.has_begun, false);
  auto& last = seen.last_client;
  if (last == *client) return;
  const auto who = " (client " + std::to_string(*client) + " after " + std::to_string(last) + ")";
  require(last == 0 || has_just_begun || script.status() == 'I', "no server is released in a transaction" + who);
  require(last == 0 || !script.has_state_of_a_client(), "no session state is left to the next client" + who);
  const auto name = script.setting("application_name");
  require(name == clients_[static_cast<std::size_t>(*client - 1)].application_name() || client_of(name) == client,
          "every client has its own settings" + who);
  last = *client;
}

void Simulation::settle() {
  for (int steps = 0; steps < kMostSettlingSteps; ++steps) {
    if (settle_step()) continue;
    if (std::ranges::all_of(clients_, [](auto& c) { return c.connection() == nullptr || c.is_over(); })) return;
    let_clients_go();
  }
  require(false, "all clients get their answers in the end");
}

std::string Simulation::describe() {
  std::string text;
  for (auto& client : clients_) {
    if (client.connection() != nullptr && !client.is_over()) text += "\n  " + client.describe();
  }
  for (const auto* server : play_.all_servers()) {
    if (!server->is_gone()) text += "\n  server " + server->describe();
  }
  const auto& pool = play_.pool();
  return text + "\n  pool: " + std::to_string(pool.ledger().counts().connections()) + " servers, " +
         std::to_string(pool.ledger().counts().idle) + " idle, " + std::to_string(pool.ledger().counts().waiting) +
         " waiters";
}

bool Simulation::settle_step() {
  bool has_moved = play_.read_letters();
  for (auto& client : clients_) {
    if (client.connection() == nullptr) continue;
    has_moved |= client.settle();
    auto& socket = client.connection()->socket();
    const bool is_ready = socket.is_readable() || socket.is_writable();
    auto& loop = client.connection()->loop();
    if (socket.is_readable()) loop.turn([&] { socket.read(); });
    if (socket.is_writable()) loop.turn([&] { socket.write_on(); });
    has_moved |= is_ready;
  }
  has_moved |= settle_servers();
  for (auto& worker : play_.workers()) {
    if (worker.backend.login_count() == 0) continue;
    watch(worker.backend.complete_login());
    has_moved = true;
  }
  return has_moved;
}

bool Simulation::settle_servers() {
  bool has_moved = false;
  for (auto* one : play_.all_servers()) {
    auto& server = *one;
    auto& socket = server.socket();
    has_moved |= server.take_requests();
    has_moved |= server.give_replies();
    has_moved |= server.script().is_asleep() || server.has_cancel() || socket.is_readable() || socket.is_writable();
    cancel_on(server);
    server.script().wake();
    if (socket.is_readable()) server.loop().turn([&] { socket.read(); });
    if (socket.is_writable()) server.loop().turn([&] { socket.write_on(); });
  }
  return has_moved;
}

// Nothing moves: who has all answers goes; who has none waits for time to pass.
void Simulation::let_clients_go() {
  bool has_gone = false;
  for (auto& client : clients_) has_gone |= client.leave_politely();
  if (has_gone) return;
  const bool needs_time = weather_.fails_logins || weather_.jumps_clock || weather_.vanishes || weather_.cancels;
  for (auto& client : clients_) {
    require(needs_time || client.is_over() || client.connection() == nullptr, "nobody is stuck");
  }
  play_.pass(std::chrono::seconds(1), [] {});
}

void Simulation::check_end() {
  play_.pass(std::chrono::seconds(12), [this] {
    for (bool goes_on = true; goes_on;) {
      const bool has_read = play_.read_letters();
      goes_on = settle_servers() || has_read;
    }
  });
  auto& pool = play_.pool();
  require(pool.ledger().counts().waiting == 0, "nobody waits when all are gone");
  std::size_t login_count = 0;
  for (const auto& worker : play_.workers()) login_count += worker.backend.login_count();
  for (auto* server : play_.all_servers()) {
    if (server->is_gone()) continue;
    auto& script = server->script();
    require(script.status() == 'I' && !script.is_in_copy() && !script.is_in_batch() && !script.has_state_of_a_client(),
            "every server is clean in the end");
  }
  require(pool.ledger().counts().idle + login_count == pool.ledger().counts().connections(),
          "every server is idle in the end");
}

}  // namespace howdah::tests
