// Keeps the stats port from taking the workers' time and its own: a page that took long to make is given again for ten
// times as long, and so are the figures that it was made from, so that all pages together take about a tenth, however
// often they are asked for. One thread.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "daemon/stats/http_access.h"
#include "daemon/stats/page.h"

namespace howdah::stats {

// Who has figures gathered.
class FigureSource {
 public:
  // Never null.
  [[nodiscard]] virtual std::shared_ptr<const SnapshotSource> figures() = 0;

 protected:
  ~FigureSource() = default;
};

class PageCache {
 public:
  using Clock = std::chrono::steady_clock;

  // `source` and `history` must outlive the cache.
  PageCache(FigureSource& source, const History& history, const HttpAccess& access,
            std::function<Clock::time_point()> now = Clock::now)
      : source_(source), history_(history), access_(access), now_(std::move(now)) {}

  // As make_page().
  [[nodiscard]] Page page(const Request& request);
  // Frees what it keeps: with many clients that is much.
  void forget();

 private:
  struct Entry {
    Page page;
    Clock::time_point good_until;
  };

  FigureSource& source_;
  const History& history_;
  const HttpAccess& access_;
  std::function<Clock::time_point()> now_;
  std::shared_ptr<const SnapshotSource> figures_;
  Clock::time_point figures_good_until_;
  std::map<std::string, Entry, std::less<>> entries_;  // of the paths that exist
};

}  // namespace howdah::stats
