// What a pool says of itself: snapshots, and the error of those who waited in vain.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/pool/login_attempt.h"
#include "daemon/pool/pool.h"
#include "protocol/sqlstate.h"

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

}  // namespace

protocol::ErrorFields Pool::describe_exhaustion() const {
  const auto counts = ledger_.counts();
  const auto last_error = ledger_.last_error();
  if (counts.servers == 0 && !last_error.message.empty()) {
    auto error = last_error;
    error.severity = protocol::Severity::Error;
    return error;
  }
  std::map<std::string_view, int> uses;
  std::map<std::string_view, int> pins;
  for (const auto& [id, server] : servers_) {
    const auto state = state_name(*server);
    ++uses[state];
    if (state == "pinned") ++pins[server->left_state().first_name()];
  }
  std::string doing;
  if (counts.servers > servers_.size()) uses["on other workers"] = static_cast<int>(counts.servers - servers_.size());
  for (const auto& [state, count] : uses) doing += fmt::format("{}{} {}", doing.empty() ? "" : ", ", count, state);
  auto error = protocol::make_error(
      protocol::Severity::Error, protocol::sqlstate::kTooManyConnections,
      fmt::format("no server connection became free within {} ms", settings_.acquire_timeout.count()));
  error.detail =
      fmt::format("Pool {}/{} has {} of at most {} server connections: {}; {} more being made; {} clients wait.",
                  name_.database, name_.user, counts.servers, settings_.max_size, doing.empty() ? "none" : doing,
                  counts.logging_in, counts.waiting);
  for (const auto& [reason, count] : pins)
    error.detail += fmt::format(" Kept by their clients: {} for {}.", count, reason);
  if (!last_error.message.empty()) error.detail += " The last log-in to the backend failed: " + last_error.message;
  error.hint = "Raise pool.max_size, shorten transactions, or raise pool.acquire_timeout.";
  return error;
}

stats::PoolSnapshot Pool::snapshot(worker::TimePoint now) const {
  stats::PoolSnapshot snapshot;
  snapshot.database = name_.database;
  snapshot.user = name_.user;
  snapshot.settings = settings_;
  for (const auto& [id, server] : servers_) {
    const auto state = state_name(*server);
    if (state == "active" || state == "idle in transaction") ++snapshot.servers_active;
    if (state == "pinned") ++snapshot.servers_pinned;
    if (state == "idle") ++snapshot.servers_idle;
    if (state == "cleaning") ++snapshot.servers_cleaning;
  }
  snapshot.servers_in_all = static_cast<int>(ledger_.counts().servers);
  snapshot.servers_connecting = static_cast<int>(logins_.size());
  snapshot.statements = static_cast<int>(ledger_.statements().size());
  const auto waiting = ledger_.waiting_on(part_);
  snapshot.clients_waiting = static_cast<int>(waiting.count);
  if (waiting.count > 0) {
    snapshot.longest_wait = std::chrono::duration_cast<stats::Microseconds>(now - waiting.first_since);
  }
  snapshot.last_error = ledger_.last_error().message;
  snapshot.totals = totals_;
  return snapshot;
}

std::vector<stats::ServerSnapshot> Pool::server_snapshots(stats::WallTime wall_now) const {
  const auto wall_time = [&](worker::TimePoint time) {
    return wall_now - std::chrono::duration_cast<stats::WallTime::duration>(environment_.agenda.now() - time);
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
                         .process_id = server.process_id()});
  };
  for (const auto& [id, server] : servers_) add(*server);
  if (const auto* listener = channels_.host().server()) add(*listener);
  return snapshots;
}

}  // namespace howdah::pool
