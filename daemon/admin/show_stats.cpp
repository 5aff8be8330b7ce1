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

// Per second since the daemon's start; times per transaction, and per query for its own.
Figures averages_of(const Figures& totals, std::uint64_t seconds) {
  const auto each = [](std::uint64_t sum, std::uint64_t count) { return count == 0 ? 0 : sum / count; };
  return {each(totals[0], seconds),   each(totals[1], seconds),   each(totals[2], seconds),  each(totals[3], seconds),
          each(totals[4], totals[0]), each(totals[5], totals[1]), each(totals[6], totals[0])};
}

std::uint64_t seconds_since_start(const stats::Snapshot& snapshot) {
  if (snapshot.started_at == stats::WallTime() || snapshot.taken_at < snapshot.started_at) return 0;
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(snapshot.taken_at - snapshot.started_at);
  return static_cast<std::uint64_t>(age.count());
}

struct Stats {
  std::map<std::string, Figures> totals;  // by database
  std::uint64_t seconds = 0;
};

Stats stats_of(const stats::SnapshotSource& source) {
  const auto snapshot = source.snapshot();
  Stats stats{.totals = {}, .seconds = seconds_since_start(snapshot)};
  for (const auto& pool : snapshot.pools) add(stats.totals[pool.database], totals_of(pool.totals));
  return stats;
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
    append(row, averages_of(totals, stats.seconds));
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
    append(rows.emplace_back(Row{database}), averages_of(totals, stats.seconds));
  }
  return rows;
}

Rows totals_rows(const stats::SnapshotSource& source) {
  const auto stats = stats_of(source);
  Figures sum{};
  for (const auto& [database, totals] : stats.totals) add(sum, totals);
  Rows rows;
  append_named(rows, "total_", sum);
  append_named(rows, "avg_", averages_of(sum, stats.seconds));
  return rows;
}

}  // namespace howdah::admin
