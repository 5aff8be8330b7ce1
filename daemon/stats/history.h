// What changed over the last minutes: rates and percentiles of each pool, for who looks at the stats port now and wants
// to know how it has been. Bounded in time and in the number of pools. A value; one thread.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/stats/snapshot.h"

namespace howdah::stats {

// Of how long something took, in some time.
struct Percentiles {
  std::uint64_t count = 0;
  Microseconds p50{};
  Microseconds p95{};
  Microseconds p99{};
};
[[nodiscard]] Percentiles percentiles_of(const Histogram& times);

// What happened between two samples, and what there was at the later one.
struct HistoryPoint {
  WallTime at;
  double seconds = 0;  // since the earlier one
  int clients_waiting = 0;
  int servers_active = 0;
  int servers_pinned = 0;
  int servers_idle = 0;
  double transactions_per_second = 0;
  double errors_per_second = 0;
  Percentiles wait;
  Percentiles transaction;
};

// What happened since the oldest sample that is kept.
struct RecentFigures {
  double seconds = 0;  // 0: there is one sample only
  Totals totals;
  Percentiles wait;
  Percentiles query;
  Percentiles transaction;
  NamedCounts errors;
  NamedCounts disconnects;
};

class PoolHistory {
 public:
  void add(WallTime at, PoolSnapshot pool);

  // The latest is the last.
  [[nodiscard]] const std::deque<HistoryPoint>& points() const { return points_; }
  [[nodiscard]] RecentFigures recent() const;

 private:
  struct Sample {
    WallTime at;
    PoolSnapshot pool;
  };

  std::deque<HistoryPoint> points_;
  std::deque<Sample> marks_;  // some older samples, to tell what happened since; the oldest is the first
  Sample last_;
};

class History {
 public:
  static constexpr std::chrono::minutes kWindow{5};
  static constexpr std::chrono::seconds kMarkInterval{30};
  static constexpr std::size_t kMostPoints = 200;
  static constexpr std::size_t kMostPools = 32;  // those with most transactions

  // One sample. `snapshot` is later than those before.
  void add(const Snapshot& snapshot);

  // Null: it is not one of those that are kept.
  [[nodiscard]] const PoolHistory* of(std::string_view database, std::string_view user) const;
  // Of all pools together.
  [[nodiscard]] const PoolHistory& of_all() const { return all_; }

 private:
  using Name = std::pair<std::string, std::string>;

  PoolHistory all_;
  std::map<Name, PoolHistory> pools_;
};

}  // namespace howdah::stats
