#include "daemon/stats/load_history.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace howdah::stats {

namespace {

double in_seconds(Microseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

// The value that this share of them does not exceed.
double quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1) - 1);
  std::ranges::nth_element(values, place);
  return *place;
}

NamedCounts difference(const NamedCounts& now, const NamedCounts& before) {
  NamedCounts result;
  for (const auto& [name, count] : now) {
    const auto known = before.find(name);
    const auto more = count - (known == before.end() ? 0 : known->second);
    if (more > 0) result[name] = more;
  }
  return result;
}

}  // namespace

LoadHistory::Counters LoadHistory::counters_of(const PoolSnapshot& pool) {
  return {.leased = pool.totals.lease_time + pool.held_so_far,
          .waited = pool.totals.wait_time + pool.waited_so_far,
          .queried = pool.totals.query_time,
          .transactions = pool.totals.transactions,
          .acquire_timeouts = pool.totals.acquire_timeouts,
          .waits = pool.times.wait,
          .disconnects = pool.disconnects,
          .pinned_microseconds = pool.pinned_microseconds};
}

void LoadHistory::observe(const Snapshot& snapshot) {
  const auto since = snapshot.taken_at - last_at_;
  if (looks_ > 0 && since < kInterval / 2) return;
  last_at_ = snapshot.taken_at;
  ++looks_;
  for (const auto& pool : snapshot.pools) {
    auto& history = pools_[{pool.database, pool.user}];
    observe(history, pool, std::chrono::duration<double>(since).count());
    history.seen_at = looks_;
  }
  std::erase_if(pools_, [this](const auto& pool) { return pool.second.seen_at != looks_; });
}

// By Little's law the time that clients spent in a second is their number on average.
void LoadHistory::observe(PoolHistory& history, const PoolSnapshot& pool, double seconds) {
  auto now = counters_of(pool);
  if (history.seen_at > 0) {
    const auto used = std::max(in_seconds(now.leased - history.last.leased), 0.0) / seconds;
    const auto waiting = std::max(in_seconds(now.waited - history.last.waited), 0.0) / seconds;
    history.samples.push_back({.seconds = seconds,
                               .used = used,
                               .wanted = used + waiting,
                               .most_used = pool.servers_active + pool.servers_pinned,
                               .transactions = now.transactions - history.last.transactions});
    const auto number = history.first_sample + history.samples.size() - 1;
    if (number % kMarkEvery == 0) history.marks.push_back({.sample = number, .counters = std::move(history.last)});
    if (history.samples.size() > kMostSamples) {
      history.samples.pop_front();
      ++history.first_sample;
    }
    while (history.marks.front().sample < history.first_sample) history.marks.pop_front();
  }
  history.last = std::move(now);
}

Load LoadHistory::load_of(const PoolHistory& history) {
  Load load;
  if (history.samples.empty()) return load;
  std::vector<double> used;
  std::vector<double> wanted;
  const auto& mark = history.marks.front();
  const auto left_out = static_cast<std::ptrdiff_t>(mark.sample - history.first_sample);
  for (auto at = history.samples.begin() + left_out; at != history.samples.end(); ++at) {
    const auto& sample = *at;
    load.seconds += sample.seconds;
    load.most_used = std::max(load.most_used, sample.most_used);
    load.transactions += sample.transactions;
    used.push_back(sample.used);
    wanted.push_back(sample.wanted);
  }
  load.used_at_p99 = quantile(std::move(used), 0.99);
  load.wanted_at_p99 = quantile(std::move(wanted), 0.99);
  const auto& before = mark.counters;
  load.leased_seconds = std::max(in_seconds(history.last.leased - before.leased), 0.0);
  load.working_seconds = in_seconds(history.last.queried - before.queried);
  const auto waits = history.last.waits.since(before.waits);
  load.waits = waits.count();
  load.wait_at_p99 = waits.quantile(0.99);
  load.acquire_timeouts = history.last.acquire_timeouts - before.acquire_timeouts;
  load.disconnects = difference(history.last.disconnects, before.disconnects);
  load.pinned_microseconds = difference(history.last.pinned_microseconds, before.pinned_microseconds);
  return load;
}

std::map<std::pair<std::string, std::string>, Load> LoadHistory::loads() const {
  std::map<std::pair<std::string, std::string>, Load> loads;
  for (const auto& [name, history] : pools_) {
    if (history.seen_at == looks_) loads.emplace(name, load_of(history));
  }
  return loads;
}

}  // namespace howdah::stats
