#include "daemon/stats/gathering.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "daemon/stats/pool_sums.h"
#include "daemon/stats/statement_sums.h"

namespace howdah::stats {

void GatheredFigures::add(WorkerFigures part) {
  snapshot_.clients_logging_in += part.clients_logging_in;
  snapshot_.clients_accepted += part.clients_accepted;
  snapshot_.logins_failed += part.logins_failed;
  for (auto& pool : part.pools) {
    const auto is_same = [&pool](const PoolSnapshot& other) {
      return std::tie(other.database, other.user) == std::tie(pool.database, pool.user);
    };
    const auto known = std::ranges::find_if(snapshot_.pools, is_same);
    if (known == snapshot_.pools.end()) {
      snapshot_.pools.push_back(std::move(pool));
    } else {
      add_part(*known, pool);
    }
  }
  std::ranges::move(part.clients, std::back_inserter(clients_));
  std::ranges::move(part.servers, std::back_inserter(servers_));
  std::ranges::move(part.statements, std::back_inserter(statements_));
}

void GatheredFigures::complete() {
  std::ranges::for_each(snapshot_.pools, &settle_moving_servers);
  std::ranges::sort(snapshot_.pools, {}, [](const PoolSnapshot& pool) { return std::tie(pool.database, pool.user); });
  std::ranges::sort(clients_, {}, &ClientSnapshot::id);
  std::ranges::sort(servers_, {}, &ServerSnapshot::id);
  const auto [first, last] = std::ranges::unique(servers_, {}, &ServerSnapshot::id);
  servers_.erase(first, last);
  merge_statements(statements_);
}

void Gathering::add(WorkerFigures part) {
  const std::lock_guard lock(mutex_);
  figures_.add(std::move(part));
  if (--missing_ > 0) return;
  figures_.complete();
  done_(std::make_shared<GatheredFigures>(std::move(figures_)));
}

}  // namespace howdah::stats
