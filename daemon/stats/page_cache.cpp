#include "daemon/stats/page_cache.h"

namespace howdah::stats {

namespace {

constexpr int kRestPerWork = 10;
constexpr int kOk = 200;
constexpr int kUnavailable = 503;

}  // namespace

Page PageCache::page(const Request& request) {
  const auto begin = now_();
  const auto known = entries_.find(request.path);
  if (!request.database && known != entries_.end() && begin < known->second.good_until) return known->second.page;
  bool has_asked = false;
  const PageMatter matter{.figures = [&]() -> const SnapshotSource& {
                            if (figures_ && begin < figures_good_until_) return *figures_;
                            has_asked = true;
                            figures_ = source_.figures();
                            return *figures_;
                          },
                          .history = history_,
                          .needs_token = access_.needs_token(),
                          .shows_addresses = access_.shows_addresses()};
  auto page = make_page(request, matter);
  const auto end = now_();
  const auto good_until = end + kRestPerWork * (end - begin);
  if (has_asked) figures_good_until_ = good_until;
  const bool is_kept = !request.database && (page.status == kOk || page.status == kUnavailable);
  if (is_kept) entries_.insert_or_assign(request.path, Entry{.page = page, .good_until = good_until});
  return page;
}

void PageCache::forget() {
  figures_.reset();
  entries_.clear();
}

}  // namespace howdah::stats
