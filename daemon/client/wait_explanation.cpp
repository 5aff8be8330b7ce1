#include "daemon/client/wait_explanation.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "protocol/sqlstate.h"

namespace howdah::client {

using protocol::Severity;

namespace {

std::string describe(const WaitingClient& client, const stats::PoolQueue& queue) {
  const auto& pool = queue.pool;
  auto text = fmt::format("Pool {}/{} has {} of at most {} server connections: {}; {} more being made.", pool.database,
                          pool.user, pool.servers_in_all, pool.settings.max_size, stats::uses_of_servers(queue),
                          pool.servers_connecting);
  const auto waiting = std::max(queue.waiting.size(), static_cast<std::size_t>(std::max(pool.clients_waiting, 1)));
  if (const auto place = queue.place_of(client.id); place > 0) {
    text += fmt::format(" Place in the queue: {} of {}.", place, waiting);
  } else {
    text += fmt::format(" {} clients wait.", waiting);
  }
  std::map<std::string_view, int> pins;
  for (const auto& holder : queue.holders) pins[holder.pin_reason] += holder.pin_reason.empty() ? 0 : 1;
  for (const auto& [reason, count] : pins) {
    if (count > 0) text += fmt::format(" Kept by their clients: {} for {}.", count, reason);
  }
  if (!queue.holders.empty()) {
    text += " Longest held by " + stats::longest_holders(queue, client.is_administrator) + '.';
  }
  if (pool.is_paused) text += " It is paused by an administrator.";
  if (!pool.last_error.empty()) text += " The last log-in to the backend failed: " + pool.last_error;
  return text;
}

// What most of the servers are kept by says what would help most.
std::string advise(const stats::PoolQueue& queue) {
  const auto& pool = queue.pool;
  if (pool.is_paused) return "RESUME on the console ends the pause.";
  const auto in_transaction = std::ranges::count(queue.holders, "idle in transaction", &stats::Holder::state);
  if (2 * pool.servers_pinned > pool.settings.max_size) {
    return "Most servers are kept by clients for what they left on them (SHOW PINS): see the options of pool.state.";
  }
  if (2 * in_transaction > pool.settings.max_size) {
    return "Most servers are held by clients that are idle in a transaction: shorten those, or set "
           "pool.idle_in_transaction_timeout.";
  }
  return "Raise pool.max_size, shorten transactions, or raise pool.acquire_timeout.";
}

protocol::ErrorFields explain(Severity severity, std::string_view sqlstate, std::string message,
                              const WaitingClient& client, const stats::PoolQueue& queue) {
  auto fields = protocol::make_error(severity, sqlstate, std::move(message));
  fields.detail = describe(client, queue);
  fields.hint = advise(queue);
  return fields;
}

}  // namespace

protocol::ErrorFields waited_in_vain(const WaitingClient& client, const stats::PoolQueue& queue) {
  return explain(
      Severity::Error, protocol::sqlstate::kTooManyConnections,
      fmt::format("no server connection became free within {} ms", queue.pool.settings.acquire_timeout.count()), client,
      queue);
}

protocol::ErrorFields still_waiting(const WaitingClient& client, const stats::PoolQueue& queue) {
  const auto seconds = std::chrono::duration<double>(client.waited).count();
  return explain(Severity::Notice, "00000", fmt::format("waiting for a server connection for {:.1f} s", seconds),
                 client, queue);
}

}  // namespace howdah::client
