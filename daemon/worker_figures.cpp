#include "daemon/worker_figures.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace howdah {

namespace {

void count_clients(const pool::PoolDirectory& pools, const client::SessionRegistry& sessions,
                   stats::WorkerFigures& figures) {
  using State = client::Session::State;
  std::map<const pool::Pool*, std::size_t> places;
  for (const auto* pool : pools.pools()) places.emplace(pool, places.size());
  sessions.for_each([&](const client::Session& session) {
    const auto place = places.find(session.pool());
    if (place == places.end()) {
      if (session.state() != State::Console) ++figures.clients_logging_in;
      return;
    }
    auto& pool = figures.pools[place->second];
    if (session.state() == State::Leased) ++pool.clients_active;
    if (session.state() == State::Idle || session.state() == State::Skipping) ++pool.clients_idle;
  });
}

}  // namespace

stats::WorkerFigures figures_of(const pool::PoolDirectory& pools, const client::SessionRegistry& sessions,
                                const stats::StatementTable& statements, const client::SessionCounts& counts,
                                worker::TimePoint now, stats::Detail detail) {
  stats::WorkerFigures figures;
  figures.clients_accepted = counts.accepted;
  figures.logins_failed = counts.logins_failed;
  const auto wall_now = std::chrono::system_clock::now();
  for (const auto* pool : pools.pools()) {
    figures.pools.push_back(pool->snapshot(now));
    if (detail == stats::Detail::Pools) continue;
    std::ranges::move(pool->server_snapshots(wall_now), std::back_inserter(figures.servers));
  }
  count_clients(pools, sessions, figures);
  if (detail == stats::Detail::Pools) return figures;
  sessions.for_each([&](const client::Session& session) { figures.clients.push_back(session.snapshot()); });
  figures.statements = statements.snapshots();
  return figures;
}

}  // namespace howdah
