#include "daemon/stats/pool_figures.h"

#include "config/plain_text.h"

namespace howdah::stats {

namespace {

constexpr std::size_t kMostErrorNames = 200;

void count(NamedCounts& counts, std::string_view name) {
  const auto found = counts.find(name);
  found == counts.end() ? void(counts.emplace(name, 1)) : void(++found->second);
}

}  // namespace

void PoolFigures::note_error(std::string_view sqlstate) {
  ++totals.errors_sent;
  const bool is_full = errors.size() >= kMostErrorNames && !errors.contains(sqlstate);
  count(errors, is_full || sqlstate.size() != 5 ? "other" : config::printable(sqlstate));
}

void PoolFigures::note_disconnect(std::string_view reason) {
  count(disconnects, reason);
}

}  // namespace howdah::stats
