// Keeps the stats port from taking the loop's time: a page that took long to make is given again for ten
// times as long, so that all pages together take about a tenth, however often they are asked for. One thread.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "daemon/stats/page.h"
#include "daemon/stats/snapshot.h"

namespace howdah::stats {

class PageCache {
 public:
  using Clock = std::chrono::steady_clock;

  // `source` must outlive the cache.
  explicit PageCache(const SnapshotSource& source, std::function<Clock::time_point()> now = Clock::now)
      : source_(source), now_(std::move(now)) {}

  // As make_page().
  [[nodiscard]] Page page(std::string_view path);

 private:
  struct Entry {
    Page page;
    Clock::time_point good_until;
  };

  const SnapshotSource& source_;
  std::function<Clock::time_point()> now_;
  std::map<std::string, Entry, std::less<>> entries_;  // of the paths that exist
};

}  // namespace howdah::stats
