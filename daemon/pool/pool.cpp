#include "daemon/pool/pool.h"

#include <algorithm>

#include "daemon/pool/login_attempt.h"

namespace howdah::pool {

using server::ServerConnection;
using server::ServerId;

namespace {

// A server that was idle for this long is looked at before it is handed out: its end may not have been read yet.
constexpr auto kLookAtIdleAfter = std::chrono::milliseconds(50);

}  // namespace

Pool::Pool(PoolName name, const config::PoolSettings& settings, server::BackendTarget target,
           PoolEnvironment environment)
    : name_(std::move(name)), settings_(settings), target_(std::move(target)), environment_(environment) {}

Pool::~Pool() {
  queue_.clear();
  settled_.clear();
}

ServerConnection* Pool::acquire(Waiter& waiter, ServerId preferred) {
  if (queue_.empty()) {
    if (auto* server = take_idle(preferred)) return server;
  }
  waiter.since_ = environment_.agenda.now();
  waiter.place_ = Waiter::Place::Queue;
  queue_.push_back(waiter);
  const bool is_refused = servers_.empty() && is_lasting(last_error_) && environment_.agenda.now() < retry_at_;
  if (is_refused) {
    settle(waiter, nullptr);
  } else {
    start_logins();
  }
  return nullptr;
}

ServerConnection* Pool::take_idle(ServerId preferred) {
  const auto now = environment_.agenda.now();
  while (!idle_.empty()) {
    auto chosen = std::ranges::find(idle_, preferred, &ServerConnection::id);
    if (chosen == idle_.end()) chosen = idle_.end() - 1;
    auto* server = *chosen;
    idle_.erase(chosen);
    if (now - server->idle_since() < kLookAtIdleAfter || !server->has_unread_input()) return server;
    server->close("readable while idle");
  }
  return nullptr;
}

void Pool::leave(Waiter& waiter) {
  if (waiter.place_ == Waiter::Place::Nowhere) return;
  auto& list = waiter.place_ == Waiter::Place::Queue ? queue_ : settled_;
  list.erase(WaiterList::s_iterator_to(waiter));
  waiter.place_ = Waiter::Place::Nowhere;
  if (auto* server = std::exchange(waiter.granted_, nullptr)) release(*server);
}

void Pool::settle(Waiter& waiter, ServerConnection* server) {
  queue_.erase(WaiterList::s_iterator_to(waiter));
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
      waiter.on_refused(last_error_);
    }
  }
}

void Pool::release(ServerConnection& server) {
  if (server.tenant() != nullptr) server.end_lease();
  if (server.has_told_fatal()) return server.close("said a last word");
  if (is_worn_out(server)) return server.close("max_lifetime");
  if (!queue_.empty()) return settle(queue_.front(), &server);
  if (is_draining_) return server.close("draining");
  idle_.push_back(&server);
  arm_upkeep();
}

void Pool::clean_up(ServerConnection& server, const server::Abandoned& abandoned) {
  auto cleanup =
      std::make_unique<server::Cleanup>(server, environment_.agenda, static_cast<server::CleanupOwner&>(*this),
                                        settings_.cleanup_timeout, settings_.cleanup_bytes);
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
  std::erase(idle_, &server);
  for (auto& waiter : settled_) {
    if (waiter.granted_ != &server) continue;
    waiter.granted_ = nullptr;  // back to the front of the queue
    settled_.erase(WaiterList::s_iterator_to(waiter));
    waiter.place_ = Waiter::Place::Queue;
    queue_.push_front(waiter);
    break;
  }
  const auto found = servers_.find(server.id());
  leaving_.push_back(std::move(found->second));
  servers_.erase(found);
  if (!server.is_leaving()) on_server_gone(server);
}

void Pool::on_server_gone(ServerConnection& server) {
  const auto found = std::ranges::find(leaving_, &server, &std::unique_ptr<ServerConnection>::get);
  environment_.agenda.bury(std::shared_ptr<ServerConnection>(std::move(*found)));
  leaving_.erase(found);
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
