#include "daemon/stats/pool_sums.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "config/plain_text.h"

namespace howdah::stats {

namespace {

constexpr auto kOther = "other";

void add(Totals& sum, const Totals& more) {
  sum.transactions += more.transactions;
  sum.probes += more.probes;
  sum.surprises += more.surprises;
  sum.pins += more.pins;
  sum.pins_refused += more.pins_refused;
  sum.queries += more.queries;
  sum.client_bytes_received += more.client_bytes_received;
  sum.client_bytes_sent += more.client_bytes_sent;
  sum.errors_sent += more.errors_sent;
  sum.rows += more.rows;
  sum.server_logins += more.server_logins;
  sum.server_login_failures += more.server_login_failures;
  sum.acquire_timeouts += more.acquire_timeouts;
  sum.cancels += more.cancels;
  sum.transaction_time += more.transaction_time;
  sum.lease_time += more.lease_time;
  sum.query_time += more.query_time;
  sum.wait_time += more.wait_time;
}

void add(NamedCounts& sum, const NamedCounts& more) {
  for (const auto& [name, count] : more) sum[name] += count;
}

void add_counts(PoolSnapshot& sum, const PoolSnapshot& more) {
  sum.clients_active += more.clients_active;
  sum.clients_waiting += more.clients_waiting;
  sum.clients_idle += more.clients_idle;
  sum.servers_active += more.servers_active;
  sum.servers_pinned += more.servers_pinned;
  sum.servers_idle += more.servers_idle;
  sum.servers_cleaning += more.servers_cleaning;
  sum.servers_connecting += more.servers_connecting;
  sum.servers_cancelling += more.servers_cancelling;
  sum.cancels += more.cancels;
  sum.cancels_waiting += more.cancels_waiting;
  sum.longest_wait = std::max(sum.longest_wait, more.longest_wait);
  if (sum.last_error.empty()) sum.last_error = more.last_error;
  add(sum.totals, more.totals);
  sum.times.add(more.times);
  add(sum.errors, more.errors);
  add(sum.disconnects, more.disconnects);
  add(sum.pinned_microseconds, more.pinned_microseconds);
  sum.held_so_far += more.held_so_far;
  sum.waited_so_far += more.waited_so_far;
  if (sum.hosts.empty()) sum.hosts = more.hosts;
  if (sum.backend.empty()) sum.backend = more.backend;
  sum.backend_connections_limit = std::max(sum.backend_connections_limit, more.backend_connections_limit);
}

void add(PoolSnapshot& sum, const PoolSnapshot& more) {
  sum.settings.max_size += more.settings.max_size;
  sum.settings.min_size += more.settings.min_size;
  sum.statements += more.statements;
  add_counts(sum, more);
}

}  // namespace

void Distributions::add(const Distributions& other) {
  wait.add(other.wait);
  query.add(other.query);
  transaction.add(other.transaction);
}

// Statements and settings are the whole pool's.
void add_part(PoolSnapshot& pool, const PoolSnapshot& part) {
  add_counts(pool, part);
  pool.servers_in_all = part.servers_in_all;
}

void settle_moving_servers(PoolSnapshot& pool) {
  const int others = pool.servers_pinned + pool.servers_idle + pool.servers_cleaning;
  pool.servers_active = std::max(pool.servers_in_all - others, 0);
}

PoolSnapshot sum_of(std::span<const PoolSnapshot> pools) {
  PoolSnapshot sum;
  sum.settings.max_size = sum.settings.min_size = 0;
  for (const auto& pool : pools) add(sum, pool);
  return sum;
}

std::vector<PoolSnapshot> bounded_pools(std::span<const PoolSnapshot> pools, std::size_t most) {
  std::vector<PoolSnapshot> bounded;
  std::set<std::pair<std::string, std::string>> names{{kOther, kOther}};
  PoolSnapshot rest;
  rest.database = rest.user = kOther;
  rest.settings.max_size = rest.settings.min_size = 0;
  for (const auto& pool : pools) {
    auto name = std::pair(config::printable(pool.database), config::printable(pool.user));
    if (bounded.size() == most || !names.insert(name).second) {
      add(rest, pool);
      continue;
    }
    auto& kept = bounded.emplace_back(pool);
    std::tie(kept.database, kept.user) = std::move(name);
  }
  if (bounded.size() < pools.size()) bounded.push_back(std::move(rest));
  return bounded;
}

}  // namespace howdah::stats
