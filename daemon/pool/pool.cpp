#include "daemon/pool/pool.h"

#include <algorithm>

#include "daemon/pool/login_attempt.h"
#include "daemon/server/host_list.h"

namespace howdah::pool {

using server::ServerConnection;
using server::ServerId;

namespace {

// A server that was idle for this long is looked at before it is handed out: its end may not have been read yet.
constexpr auto kLookAtIdleAfter = std::chrono::milliseconds(50);

server::ConnectionKeywords keywords_of(const server::BackendTarget& target) {
  return server::read_connection_string(target.connection_string).value_or(server::ConnectionKeywords());
}

std::set<std::string> fixed_hosts_of(const server::ConnectionKeywords& keywords) {
  std::set<std::string> fixed;
  for (const auto& host : server::hosts_of(keywords)) {
    if (!host.address.empty()) fixed.insert(host.address);
    if (host.address.empty() && !server::is_name(host.name)) fixed.insert(host.name);
  }
  return fixed;
}

constexpr std::string_view kInTheWay = "a command needs its database alone";

}  // namespace

Pool::Pool(PoolName name, const config::PoolSettings& settings, server::BackendTarget target,
           PoolEnvironment environment, PoolLedger& ledger)
    : name_(std::move(name)),
      statement_owner_{.database = name_.database, .user = name_.user},
      settings_(settings),
      session_rules_(&rules_of(settings)),
      target_(std::move(target)),
      environment_(environment),
      ledger_(ledger),
      part_(ledger.join(static_cast<PoolPart&>(*this), environment.mailbox)),
      channels_({.agenda = environment.agenda,
                 .connector = environment.connector,
                 .log = environment.log,
                 .last_server_id = environment.last_server_id,
                 .database = name_.database,
                 .target = target_,
                 .settings = settings_},
                environment.mailbox, ledger.channels()) {
  read_hosts();
}

void Pool::read_hosts() {
  const auto keywords = keywords_of(target_);
  wanted_ = server::wanted_server(keywords);
  names_of_hosts_ = server::names_of(keywords);
  fixed_hosts_ = fixed_hosts_of(keywords);
  ledger_.seek_eagerly(server::may_change_hosts(keywords));
}

Pool::~Pool() {
  while (ledger_.take_first(part_) != nullptr) {
  }
  settled_.clear();
}

// --- waiters

ServerConnection* Pool::acquire(Waiter& waiter, ServerId preferred) {
  const auto now = environment_.agenda.now();
  while (auto* server = ledger_.take_idle(part_, preferred)) {
    if (is_fresh(*server, now)) return server;
    server->close("readable while idle");
    ledger_.suspect(now);
  }
  waiter.since_ = now;
  auto arrival = ledger_.enqueue(part_, waiter, now, preferred);
  if (arrival.refusal) {
    refusal_ = std::move(*arrival.refusal);
    settle(waiter, nullptr);
  } else {
    start(arrival.logins);
  }
  return nullptr;
}

bool Pool::is_fresh(const ServerConnection& server, worker::TimePoint now) {
  return now - server.idle_since() < kLookAtIdleAfter || !server.has_unread_input();
}

void Pool::leave(Waiter& waiter) {
  if (waiter.place_ == Waiter::Place::Nowhere) return;
  if (waiter.place_ == Waiter::Place::Queue) return ledger_.leave(part_, waiter);
  settled_.erase(WaiterList::s_iterator_to(waiter));
  waiter.place_ = Waiter::Place::Nowhere;
  if (auto* server = std::exchange(waiter.granted_, nullptr)) release(*server);
}

void Pool::settle(Waiter& waiter, ServerConnection* server) {
  settled_.push_back(waiter);
  waiter.place_ = Waiter::Place::Settled;
  waiter.granted_ = server;
  environment_.agenda.defer(deliver_work_);
}

void Pool::deliver() {
  while (!settled_.empty()) {
    auto& waiter = settled_.front();
    settled_.pop_front();
    waiter.place_ = Waiter::Place::Nowhere;
    if (auto* server = std::exchange(waiter.granted_, nullptr)) {
      waiter.on_granted(*server);
    } else {
      waiter.on_refused(refusal_);
    }
  }
}

void Pool::on_refused(const protocol::ErrorFields& error) {
  refusal_ = error;
  while (auto* waiter = ledger_.take_first(part_)) settle(*waiter, nullptr);
}

// --- free servers

bool Pool::keep(const ServerConnection& server) {
  auto& pin = pins_[server.id()];
  if (!pin) pin = ledger_.take_pin();
  if (pin) return true;
  pins_.erase(server.id());
  return false;
}

void Pool::release(ServerConnection& server) {
  if (!pins_.empty()) pins_.erase(server.id());
  if (server.tenant() != nullptr) server.end_lease();
  if (must_close(server) || must_check(server) || read_catalog(server)) return;
  place(server, ledger_.place(part_, server));
}

bool Pool::must_close(ServerConnection& server) {
  const bool is_of_no_use = server.has_said_last_words();
  const bool is_outdated = ledger_.is_outdated(server.standing());
  if (!is_of_no_use && !is_outdated && !is_worn_out(server)) return false;
  server.close(is_of_no_use ? "said a last word" : is_outdated ? "reconnect" : "max_lifetime");
  return true;
}

void Pool::place(ServerConnection& server, PoolLedger::Placement placement) {
  using Kind = PoolLedger::Placement::Kind;
  switch (placement.kind) {
    case Kind::Granted:
      return settle(*placement.waiter, &server);
    case Kind::Sent:
      departures_.push_back({server.id(), placement.to});
      return environment_.agenda.defer(departure_work_);
    case Kind::Kept:
      return upkeep_timer_.is_armed() ? void() : arm_upkeep();
    case Kind::Surplus:
      return server.close("draining");
    case Kind::InTheWay:
      return server.close(kInTheWay);
    case Kind::Paused:
      return server.close("paused");
    case Kind::TooMany:
      return server.close("max_size");
  }
}

// Only now, since it may have been set free in the middle of its own call.
void Pool::send_departures() {
  for (const auto [id, to] : std::exchange(departures_, {})) {
    const auto found = servers_.find(id);
    if (found == servers_.end()) {  // closed since
      ledger_.break_promise(to);
      start_logins();
      continue;
    }
    auto server = std::move(found->second);
    servers_.erase(found);
    server->leave_worker();
    ledger_.send(to, std::move(server));
  }
}

void Pool::on_server_wanted(ServerId id, std::size_t to) {
  const auto found = servers_.find(id);
  if (found != servers_.end() && !is_fresh(*found->second, environment_.agenda.now())) {
    found->second->close("readable while idle");
    ledger_.suspect(environment_.agenda.now());
  }
  departures_.push_back({id, to});
  environment_.agenda.defer(departure_work_);
}

void Pool::on_server_arrived(std::unique_ptr<ServerConnection> server) {
  auto& arrived = *server;
  servers_.emplace(arrived.id(), std::move(server));
  arrived.enter_worker(environment_.agenda, environment_.connector, static_cast<server::ServerOwner&>(*this));
  place(arrived, ledger_.place_arrived(part_, arrived));
}

void Pool::on_evicted(const std::vector<ServerId>& ids) {
  for (const auto id : ids) {
    const auto found = servers_.find(id);
    if (found != servers_.end()) found->second->close(kInTheWay);  // else it has ended by itself
  }
  ledger_.note_evicted(ids.size());
}

void Pool::clean_up(ServerConnection& server, const server::Abandoned& abandoned) {
  pins_.erase(server.id());
  auto cleanup = std::make_unique<server::Cleanup>(server, environment_.agenda,
                                                   static_cast<server::CleanupOwner&>(*this), settings_);
  auto& begun = *cleanups_.emplace_back(std::move(cleanup));
  begun.begin(abandoned);
}

void Pool::on_cleanup_done(server::Cleanup& cleanup) {
  const auto found = std::ranges::find(cleanups_, &cleanup, &std::unique_ptr<server::Cleanup>::get);
  auto& server = cleanup.server();
  environment_.agenda.bury(std::shared_ptr<server::Cleanup>(std::move(*found)));
  cleanups_.erase(found);
  if (server.state() == ServerConnection::State::Closed) return;
  release(server);
}

void Pool::on_server_closed(ServerConnection& server, std::string_view reason) {
  environment_.log.info("server connection closed", {{"server", server.id()},
                                                     {"database", name_.database},
                                                     {"address", server.address()},
                                                     {"reason", std::string(reason)}});
  pins_.erase(server.id());
  ledger_.forget_idle(part_, server.id());
  const auto granted = std::ranges::find(settled_, &server, &Waiter::granted_);
  if (granted != settled_.end()) {
    auto& waiter = *granted;
    waiter.granted_ = nullptr;
    settled_.erase(granted);
    ledger_.put_back(part_, waiter);
  }
  const auto found = servers_.find(server.id());
  leaving_.push_back(std::move(found->second));
  servers_.erase(found);
  ledger_.note_closed(server.standing());
  if (server.tells_of_host()) ledger_.suspect(environment_.agenda.now());
  if (!server.is_leaving()) on_server_gone(server);
}

void Pool::on_server_gone(ServerConnection& server) {
  const auto found = std::ranges::find(leaving_, &server, &std::unique_ptr<ServerConnection>::get);
  environment_.agenda.bury(std::shared_ptr<ServerConnection>(std::move(*found)));
  leaving_.erase(found);
  ledger_.note_gone();
  start_logins();
  arm_upkeep();
}

bool Pool::is_worn_out(const ServerConnection& server) const {
  if (settings_.max_lifetime.count() == 0) return false;
  // Servers that were made together do not end together: up to a tenth less, spread by the id.
  constexpr std::uint64_t kSpread = 2654435761;
  const auto less = settings_.max_lifetime / 10 * static_cast<std::int64_t>(server.id() * kSpread % 1000) / 1000;
  return environment_.agenda.now() - server.connected_at() >= settings_.max_lifetime - less;
}

}  // namespace howdah::pool
