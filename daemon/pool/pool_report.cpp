// What a pool says of itself: snapshots, and who has its servers.
#include <algorithm>

#include "daemon/pool/login_attempt.h"
#include "daemon/pool/pool.h"

namespace howdah::pool {

using protocol::TransactionStatus;
using server::ServerConnection;

namespace {

bool is_between_requests(const ServerConnection& server) {
  return server.owed().is_settled();
}

std::string_view state_name(const ServerConnection& server) {
  switch (server.state()) {
    case ServerConnection::State::Idle:
    case ServerConnection::State::Closed:
      return "idle";
    case ServerConnection::State::Cleaning:
      return "cleaning";
    case ServerConnection::State::Listening:
      return "listening";
    case ServerConnection::State::Leased:
      break;
  }
  if (!is_between_requests(server)) return "active";
  return server.status() == TransactionStatus::Idle ? "pinned" : "idle in transaction";
}

std::string application_name_of(const ServerConnection& server) {
  const auto name = server.parameters().find("application_name");
  return name == server.parameters().end() ? "" : name->second;
}

}  // namespace

std::optional<protocol::ErrorFields> Pool::failure() const {
  auto error = ledger_.last_error();
  if (error.message.empty() || ledger_.counts().servers > 0) return std::nullopt;
  error.severity = protocol::Severity::Error;
  return error;
}

stats::PoolQueue Pool::own_queue() const {
  return stats::queue_of(snapshot(environment_.agenda.now()), {}, server_snapshots({}));
}

stats::PoolSnapshot Pool::snapshot(worker::TimePoint now) const {
  stats::PoolSnapshot snapshot;
  snapshot.database = name_.database;
  snapshot.user = name_.user;
  snapshot.settings = settings_;
  worker::TimePoint::duration held{};
  for (const auto& [id, server] : servers_) {
    const auto state = state_name(*server);
    if (state == "active" || state == "idle in transaction") ++snapshot.servers_active;
    if (state == "pinned") ++snapshot.servers_pinned;
    if (state == "idle") ++snapshot.servers_idle;
    if (state == "cleaning") ++snapshot.servers_cleaning;
    if (server->state() == ServerConnection::State::Leased) held += now - server->leased_at();
    snapshot.backend = server->address();
    if (server->has_cancel_in_flight()) ++snapshot.servers_cancelling;
    snapshot.cancels += static_cast<int>(server->cancel_count());
    snapshot.cancels_waiting += static_cast<int>(server->next_cancel_count());
  }
  snapshot.servers_in_all = static_cast<int>(ledger_.counts().servers);
  snapshot.servers_connecting = static_cast<int>(logins_.size());
  snapshot.statements = static_cast<int>(ledger_.statements().size());
  snapshot.is_paused = ledger_.is_paused();
  const auto waiting = ledger_.waiting_on(part_, now);
  snapshot.clients_waiting = static_cast<int>(waiting.count);
  if (waiting.count > 0) {
    snapshot.longest_wait = std::chrono::duration_cast<stats::Microseconds>(now - waiting.first_since);
  }
  snapshot.hosts = host_snapshots();
  snapshot.last_error = ledger_.last_error().message;
  snapshot.totals = figures_.totals;
  snapshot.times = figures_.times;
  snapshot.held_so_far = std::chrono::duration_cast<stats::Microseconds>(held);
  snapshot.waited_so_far = std::chrono::duration_cast<stats::Microseconds>(waiting.so_far);
  snapshot.backend_connections_limit = backend_connections_limit_;
  snapshot.pinned_microseconds = figures_.pinned_microseconds;
  snapshot.errors = figures_.errors;
  snapshot.disconnects = figures_.disconnects;
  return snapshot;
}

std::vector<stats::ServerSnapshot> Pool::server_snapshots(stats::WallTime wall_now) const {
  const auto wall_time = [&](worker::TimePoint time) {
    return wall_now - std::chrono::duration_cast<stats::WallTime::duration>(environment_.agenda.now() - time);
  };
  const auto so_far = [&](worker::TimePoint since) {
    return std::chrono::duration_cast<stats::Microseconds>(environment_.agenda.now() - since);
  };
  std::vector<stats::ServerSnapshot> snapshots;
  const auto add = [&](const ServerConnection& server) {
    const bool is_leased = server.tenant() != nullptr;
    snapshots.push_back({.id = server.id(),
                         .user = name_.user,
                         .database = name_.database,
                         .state = std::string(state_name(server)),
                         .address = server.address(),
                         .pin_reason = std::string(server.left_state().first_name()),
                         .pin_statement = server.left_state().is_empty() ? "" : server.pinning_statement(),
                         .connected_at = wall_time(server.connected_at()),
                         .last_used_at = is_leased ? wall_now : wall_time(server.idle_since()),
                         .client_id = is_leased ? server.tenant()->client_id() : 0,
                         .process_id = server.process_id(),
                         .held = is_leased ? so_far(server.leased_at()) : stats::Microseconds(),
                         .is_outdated = server.standing().reconnects != 0 && ledger_.is_outdated(server.standing()),
                         .application_name = application_name_of(server),
                         .local_address = server.stream().local_name(),
                         .tls = server.stream().tls_name(),
                         .unsent_bytes = server.pending_bytes(),
                         .missing_bytes = server.missing_bytes(),
                         .statements = server.statements().size()});
  };
  for (const auto& [id, server] : servers_) add(*server);
  if (const auto* listener = channels_.host().server()) add(*listener);
  return snapshots;
}

}  // namespace howdah::pool
