// How much the pools had to do over the last hour, from figures of each few seconds, so that advice need not be taken
// from the moment. One thread; its memory is bounded by the number of pools.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include "daemon/stats/snapshot.h"

namespace howdah::stats {

// Of one pool, between two looks at it.
struct LoadSample {
  double seconds = 0;
  double used = 0;    // server connections, on average
  double wanted = 0;  // clients that had one or waited for one, on average
  int most_used = 0;  // at the moment of the look
  std::uint64_t transactions = 0;
};

// What was counted over all that is remembered of one pool.
struct Load {
  double seconds = 0;
  double used_at_p99 = 0;  // of the samples
  double wanted_at_p99 = 0;
  int most_used = 0;
  double leased_seconds = 0;   // by all clients together
  double working_seconds = 0;  // of those, the server worked or was asked
  std::uint64_t transactions = 0;
  std::uint64_t waits = 0;
  Microseconds wait_at_p99{};
  std::uint64_t acquire_timeouts = 0;
  NamedCounts disconnects;
  NamedCounts pinned_microseconds;
};

class LoadHistory {
 public:
  static constexpr std::chrono::seconds kInterval{10};
  static constexpr std::size_t kMostSamples = 360;  // an hour of them

  // Each kInterval, or seldom more often: looks closer than half of it are left out.
  void observe(const Snapshot& snapshot);
  // Of the pools of the last look, by database and user.
  [[nodiscard]] std::map<std::pair<std::string, std::string>, Load> loads() const;

 private:
  struct Counters {
    Microseconds leased{};
    Microseconds waited{};
    Microseconds queried{};
    std::uint64_t transactions = 0;
    std::uint64_t acquire_timeouts = 0;
    Histogram waits;
    NamedCounts disconnects;
    NamedCounts pinned_microseconds;
  };
  // What was counted when the sample with this number began.
  struct Mark {
    std::uint64_t sample;
    Counters counters;
  };
  static constexpr std::uint64_t kMarkEvery = 30;  // samples: histograms are large
  struct PoolHistory {
    std::deque<LoadSample> samples;
    std::uint64_t first_sample = 0;  // its number
    std::deque<Mark> marks;
    Counters last;
    std::uint64_t seen_at = 0;  // the number of the look
  };

  [[nodiscard]] static Counters counters_of(const PoolSnapshot& pool);
  void observe(PoolHistory& history, const PoolSnapshot& pool, double seconds);
  [[nodiscard]] static Load load_of(const PoolHistory& history);

  std::map<std::pair<std::string, std::string>, PoolHistory> pools_;
  std::uint64_t looks_ = 0;
  WallTime last_at_;
};

}  // namespace howdah::stats
