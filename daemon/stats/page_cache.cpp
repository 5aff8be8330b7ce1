#include "daemon/stats/page_cache.h"

namespace howdah::stats {

namespace {

constexpr int kRestPerWork = 10;
constexpr int kNotFound = 404;

}  // namespace

Page PageCache::page(std::string_view path) {
  const auto begin = now_();
  const auto known = entries_.find(path);
  if (known != entries_.end() && begin < known->second.good_until) return known->second.page;
  auto page = make_page(path, source_);
  if (page.status == kNotFound) return page;
  const auto end = now_();
  entries_.insert_or_assign(std::string(path), Entry{.page = page, .good_until = end + kRestPerWork * (end - begin)});
  return page;
}

}  // namespace howdah::stats
