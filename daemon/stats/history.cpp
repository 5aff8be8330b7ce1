#include "daemon/stats/history.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "daemon/stats/pool_sums.h"

namespace howdah::stats {

namespace {

double seconds_between(WallTime from, WallTime to) {
  return std::chrono::duration<double>(to - from).count();
}

// A pool that was made anew counts from zero again.
std::uint64_t growth(std::uint64_t now, std::uint64_t before) {
  return now >= before ? now - before : now;
}

NamedCounts growth(const NamedCounts& now, const NamedCounts& before) {
  NamedCounts grown;
  for (const auto& [name, count] : now) {
    const auto old = before.find(name);
    const auto more = old == before.end() ? count : growth(count, old->second);
    if (more > 0) grown.emplace(name, more);
  }
  return grown;
}

Totals growth(const Totals& now, const Totals& before) {
  Totals grown;
  for (const auto member : {&Totals::transactions, &Totals::surprises, &Totals::probes, &Totals::pins_refused,
                            &Totals::pins, &Totals::queries, &Totals::client_bytes_received, &Totals::client_bytes_sent,
                            &Totals::rows, &Totals::errors_sent, &Totals::server_logins, &Totals::server_login_failures,
                            &Totals::acquire_timeouts, &Totals::cancels}) {
    grown.*member = growth(now.*member, before.*member);
  }
  for (const auto member : {&Totals::transaction_time, &Totals::query_time, &Totals::wait_time}) {
    grown.*member = now.*member >= before.*member ? now.*member - before.*member : now.*member;
  }
  return grown;
}

HistoryPoint point_between(const PoolSnapshot& before, const PoolSnapshot& now, WallTime at, double seconds) {
  const auto rate = [seconds](std::uint64_t count, std::uint64_t older) {
    return static_cast<double>(growth(count, older)) / seconds;
  };
  return {.at = at,
          .seconds = seconds,
          .clients_waiting = now.clients_waiting,
          .servers_active = now.servers_active,
          .servers_pinned = now.servers_pinned,
          .servers_idle = now.servers_idle,
          .transactions_per_second = rate(now.totals.transactions, before.totals.transactions),
          .errors_per_second = rate(now.totals.errors_sent, before.totals.errors_sent),
          .wait = percentiles_of(now.times.wait.since(before.times.wait)),
          .transaction = percentiles_of(now.times.transaction.since(before.times.transaction))};
}

// The most busy ones; a pool in which nothing happened yet has its place, too.
std::vector<const PoolSnapshot*> busiest(const std::vector<PoolSnapshot>& pools, std::size_t most) {
  std::vector<const PoolSnapshot*> found;
  found.reserve(pools.size());
  for (const auto& pool : pools) found.push_back(&pool);
  if (found.size() <= most) return found;
  std::ranges::sort(found, [](const PoolSnapshot* one, const PoolSnapshot* other) {
    return std::tie(other->totals.transactions, one) < std::tie(one->totals.transactions, other);
  });
  found.resize(most);
  return found;
}

}  // namespace

Percentiles percentiles_of(const Histogram& times) {
  constexpr double kMedian = 0.5;
  constexpr double kMost = 0.95;
  constexpr double kNearlyAll = 0.99;
  return {.count = times.count(),
          .p50 = times.quantile(kMedian),
          .p95 = times.quantile(kMost),
          .p99 = times.quantile(kNearlyAll)};
}

void PoolHistory::add(WallTime at, PoolSnapshot pool) {
  const double seconds = seconds_between(last_.at, at);
  if (!marks_.empty() && seconds <= 0) return;  // the clock was set back
  if (!marks_.empty()) points_.push_back(point_between(last_.pool, pool, at, seconds));
  last_ = {.at = at, .pool = std::move(pool)};
  if (marks_.empty() || at - marks_.back().at >= History::kMarkInterval) marks_.push_back(last_);
  // The oldest mark is at least as old as the window, as soon as there is one.
  while (marks_.size() > 1 && at - marks_[1].at >= History::kWindow) marks_.pop_front();
  while (points_.size() > History::kMostPoints || (!points_.empty() && at - points_.front().at > History::kWindow)) {
    points_.pop_front();
  }
}

RecentFigures PoolHistory::recent() const {
  if (marks_.empty() || marks_.front().at == last_.at) return {};
  const auto& [since, before] = marks_.front();
  const auto& now = last_.pool;
  return {.seconds = seconds_between(since, last_.at),
          .totals = growth(now.totals, before.totals),
          .wait = percentiles_of(now.times.wait.since(before.times.wait)),
          .query = percentiles_of(now.times.query.since(before.times.query)),
          .transaction = percentiles_of(now.times.transaction.since(before.times.transaction)),
          .errors = growth(now.errors, before.errors),
          .disconnects = growth(now.disconnects, before.disconnects)};
}

void History::add(const Snapshot& snapshot) {
  if (snapshot.is_stuck) return;
  all_.add(snapshot.taken_at, sum_of(snapshot.pools));
  std::map<Name, PoolHistory> kept;
  for (const auto* pool : busiest(snapshot.pools, kMostPools)) {
    Name name(pool->database, pool->user);
    auto known = pools_.extract(name);
    auto& history = known ? kept.insert(std::move(known)).position->second : kept[std::move(name)];
    history.add(snapshot.taken_at, *pool);
  }
  pools_ = std::move(kept);
}

const PoolHistory* History::of(std::string_view database, std::string_view user) const {
  const auto found = pools_.find(Name(database, user));
  return found == pools_.end() ? nullptr : &found->second;
}

}  // namespace howdah::stats
