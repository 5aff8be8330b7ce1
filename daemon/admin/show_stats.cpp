// SHOW STATS, STATS_TOTALS, STATS_AVERAGES and TOTALS.
#include <array>
#include <map>

#include "daemon/admin/show_rows.h"

namespace howdah::admin {

namespace {

// PgBouncer's seven figures: transactions, queries, bytes received and sent, and microseconds in
// transactions, in queries and in the queue.
using Figures = std::array<std::uint64_t, 7>;

constexpr auto kTotalNames = std::to_array<std::string_view>(
    {"xact_count", "query_count", "client_bytes", "server_bytes", "xact_time", "query_time", "wait_time"});

std::uint64_t microseconds(stats::Microseconds time) {
  return static_cast<std::uint64_t>(time.count());
}

Figures totals_of(const stats::Totals& totals) {
  return {totals.transactions,
          totals.queries,
          totals.client_bytes_received,
          totals.client_bytes_sent,
          microseconds(totals.transaction_time),
          microseconds(totals.query_time),
          microseconds(totals.wait_time)};
}

void add(Figures& sum, const Figures& more) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += more[i];
}

using FiguresByDatabase = std::map<std::string, Figures>;

// Per second; times per transaction, and per query for its own.
Figures averages_of(const Figures& counts, stats::Microseconds time) {
  constexpr std::uint64_t kSecond = 1'000'000;
  const auto per_second = [&](std::uint64_t count) {
    return time.count() <= 0 ? 0 : count * kSecond / static_cast<std::uint64_t>(time.count());
  };
  const auto each = [](std::uint64_t sum, std::uint64_t count) { return count == 0 ? 0 : sum / count; };
  return {per_second(counts[0]),      per_second(counts[1]),      per_second(counts[2]),     per_second(counts[3]),
          each(counts[4], counts[0]), each(counts[5], counts[1]), each(counts[6], counts[0])};
}

FiguresByDatabase sums_of(const std::vector<stats::PoolTotals>& pools) {
  FiguresByDatabase sums;
  for (const auto& pool : pools) add(sums[pool.database], totals_of(pool.totals));
  return sums;
}

struct Stats {
  FiguresByDatabase totals;
  FiguresByDatabase counts;  // of the time that averages are of
  stats::Microseconds time{};
};

// Averages are those of the last period; before the first one is over, of the time since the start.
Stats stats_of(const stats::SnapshotSource& source) {
  const auto snapshot = source.snapshot();
  Stats stats;
  for (const auto& pool : snapshot.pools) add(stats.totals[pool.database], totals_of(pool.totals));
  const auto period = source.last_period();
  if (period == nullptr) {
    stats.counts = stats.totals;
    const bool is_known = snapshot.started_at != stats::WallTime();
    if (is_known) stats.time = std::chrono::duration_cast<stats::Microseconds>(snapshot.taken_at - snapshot.started_at);
    return stats;
  }
  stats.counts = sums_of(period->end);
  for (const auto& [database, before] : sums_of(period->begin)) {
    auto& counts = stats.counts[database];
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] -= before[i];
  }
  stats.time = period->length;
  return stats;
}

Figures averages_of(const Stats& stats, const std::string& database) {
  const auto counts = stats.counts.find(database);
  return counts == stats.counts.end() ? Figures() : averages_of(counts->second, stats.time);
}

void append(Row& row, const Figures& figures) {
  for (const auto figure : figures) row.emplace_back(std::to_string(figure));
}

void append_named(Rows& rows, std::string_view prefix, const Figures& figures) {
  for (std::size_t i = 0; i < figures.size(); ++i) {
    rows.push_back({std::string(prefix).append(kTotalNames[i]), std::to_string(figures[i])});
  }
}

}  // namespace

Rows stats_rows(const stats::SnapshotSource& source) {
  const auto stats = stats_of(source);
  Rows rows;
  for (const auto& [database, totals] : stats.totals) {
    auto& row = rows.emplace_back(Row{database});
    append(row, totals);
    append(row, averages_of(stats, database));
  }
  return rows;
}

Rows stats_totals_rows(const stats::SnapshotSource& source) {
  Rows rows;
  for (const auto& [database, totals] : stats_of(source).totals) append(rows.emplace_back(Row{database}), totals);
  return rows;
}

Rows stats_averages_rows(const stats::SnapshotSource& source) {
  const auto stats = stats_of(source);
  Rows rows;
  for (const auto& [database, totals] : stats.totals) {
    append(rows.emplace_back(Row{database}), averages_of(stats, database));
  }
  return rows;
}

Rows totals_rows(const stats::SnapshotSource& source) {
  const auto stats = stats_of(source);
  Figures sum{};
  Figures counts{};
  for (const auto& [database, totals] : stats.totals) add(sum, totals);
  for (const auto& [database, of_period] : stats.counts) add(counts, of_period);
  Rows rows;
  append_named(rows, "total_", sum);
  append_named(rows, "avg_", averages_of(counts, stats.time));
  return rows;
}

}  // namespace howdah::admin
