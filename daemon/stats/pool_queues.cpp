#include "daemon/stats/pool_queues.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "config/plain_text.h"

namespace howdah::stats {

namespace {

using ClientsById = std::unordered_map<std::uint64_t, const ClientSnapshot*>;

bool is_held(const ServerSnapshot& server) {
  return server.client_id != 0 && server.state != "listening";
}

Holder holder_of(const ServerSnapshot& server, const ClientsById& clients) {
  Holder holder{.client_id = server.client_id,
                .user = {},
                .application_name = {},
                .address = {},
                .state = server.state,
                .pin_reason = server.state == "pinned" ? server.pin_reason : "",
                .in_state = server.held,
                .held = server.held};
  const auto found = clients.find(server.client_id);
  if (found == clients.end()) return holder;
  const auto& client = *found->second;
  holder.user = client.user;
  holder.application_name = client.application_name;
  holder.address = client.address;
  holder.in_state = server.state == "pinned" ? client.pinned : client.in_state;
  return holder;
}

double seconds(Microseconds time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

std::size_t PoolQueue::place_of(std::uint64_t client_id) const {
  const auto found = places.find(client_id);
  return found == places.end() ? 0 : found->second;
}

PoolQueue queue_of(PoolSnapshot pool, std::span<const ClientSnapshot> clients,
                   std::span<const ServerSnapshot> servers) {
  PoolQueue queue{.pool = std::move(pool), .waiting = {}, .holders = {}, .places = {}};
  const auto is_of_pool = [&](const std::string& database, const std::string& user) {
    return database == queue.pool.database && user == queue.pool.user;
  };
  ClientsById by_id;
  for (const auto& client : clients) {
    if (!is_of_pool(client.pool_database, client.pool_user)) continue;
    if (client.server_id != 0) by_id.emplace(client.id, &client);
    if (client.queue_number != 0) queue.waiting.push_back({.place = 0, .client = client});
  }
  std::ranges::sort(queue.waiting, {}, [](const Waiting& one) { return one.client.queue_number; });
  for (auto& one : queue.waiting) {
    one.place = queue.places.size() + 1;
    queue.places.emplace(one.client.id, one.place);
  }
  for (const auto& server : servers) {
    if (is_held(server) && is_of_pool(server.database, server.user)) queue.holders.push_back(holder_of(server, by_id));
  }
  std::ranges::sort(queue.holders, std::greater(), &Holder::held);
  return queue;
}

std::vector<PoolQueue> pool_queues(const SnapshotSource& source) {
  std::vector<PoolQueue> queues;
  const auto clients = source.clients();
  const auto servers = source.servers();
  for (auto& pool : source.snapshot().pools) {
    if (pool.clients_waiting > 0) queues.push_back(queue_of(std::move(pool), clients, servers));
  }
  return queues;
}

std::string uses_of_servers(const PoolQueue& queue) {
  const auto in_transaction = std::ranges::count(queue.holders, "idle in transaction", &Holder::state);
  const auto& pool = queue.pool;
  std::string uses;
  const auto add = [&uses](auto count, std::string_view what) {
    if (count > 0) uses += fmt::format("{}{} {}", uses.empty() ? "" : ", ", count, what);
  };
  add(pool.servers_active - in_transaction, "active");
  add(pool.servers_cleaning, "cleaning");
  add(pool.servers_idle, "idle");
  add(in_transaction, "idle in transaction");
  add(pool.servers_pinned, "pinned");
  return uses.empty() ? "none" : uses;
}

std::string in_words(const Holder& holder, bool with_address) {
  auto text = fmt::format("client c{} (user {}", holder.client_id, config::printable(holder.user));
  if (!holder.application_name.empty())
    text += fmt::format(", application \"{}\"", config::printable(holder.application_name));
  if (with_address) text += ", from " + config::printable(holder.address);
  text += fmt::format("): {}", holder.state);
  if (!holder.pin_reason.empty()) text += " by " + holder.pin_reason;
  return text +
         fmt::format(" for {:.1f} s, has held its server for {:.1f} s", seconds(holder.in_state), seconds(holder.held));
}

std::string longest_holders(const PoolQueue& queue, bool with_address) {
  constexpr std::size_t kMostHolders = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(kMostHolders, queue.holders.size()); ++i) {
    text += (i == 0 ? "" : "; ") + in_words(queue.holders[i], with_address);
  }
  return text;
}

}  // namespace howdah::stats
