#include "daemon/stats/readiness.h"

#include <algorithm>

namespace howdah::stats {

namespace {

constexpr std::size_t kMostReasons = 100;

bool has_servers(const PoolSnapshot& pool) {
  return pool.servers_active + pool.servers_pinned + pool.servers_idle + pool.servers_cleaning > 0;
}

// Only a pool that goes on trying counts. Where nobody waits, an old error would stand for ever if no client
// were sent here because of it; and one client with a misspelt database must not make the whole daemon
// unready.
bool is_in_need(const PoolSnapshot& pool) {
  return pool.clients_waiting > 0 || pool.servers_connecting > 0 || pool.settings.min_size > 0;
}

}  // namespace

bool cannot_serve(const PoolSnapshot& pool) {
  return !has_servers(pool) && !pool.last_error.empty() && is_in_need(pool);
}

std::string login_error(const PoolSnapshot& pool) {
  auto text = pool.last_error;
  while (text.ends_with('\n')) text.pop_back();
  std::ranges::replace(text, '\n', ' ');
  return text;
}

std::vector<std::string> reasons_against(const Snapshot& snapshot, std::string_view database) {
  std::vector<std::string> reasons;
  if (snapshot.is_stuck) return {"a worker does not answer"};
  if (snapshot.is_draining) reasons.emplace_back("draining");
  if (!snapshot.is_ready) reasons.emplace_back("starting");
  if (snapshot.orders.are_all_paused) reasons.emplace_back("paused");
  // One database that an administrator has taken out keeps the others.
  const std::string asked(database);
  if (snapshot.orders.paused.contains(asked)) reasons.push_back("database " + asked + ": paused");
  if (snapshot.orders.disabled.contains(asked)) reasons.push_back("database " + asked + ": disabled");
  for (const auto& pool : snapshot.pools) {
    if (!cannot_serve(pool) || (!database.empty() && pool.database != database)) continue;
    if (reasons.size() == kMostReasons) {
      reasons.emplace_back("and more");
      break;
    }
    reasons.push_back("pool " + pool.database + "/" + pool.user + ": no server: " + login_error(pool));
  }
  return reasons;
}

}  // namespace howdah::stats
