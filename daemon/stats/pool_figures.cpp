#include "daemon/stats/pool_figures.h"

#include "config/plain_text.h"

namespace howdah::stats {

namespace {

constexpr std::size_t kMostErrorNames = 200;

void count(NamedCounts& counts, std::string_view name, std::uint64_t more = 1) {
  const auto found = counts.find(name);
  found == counts.end() ? void(counts.emplace(name, more)) : void(found->second += more);
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

void PoolFigures::note_pinned(std::string_view reason, Microseconds time) {
  count(pinned_microseconds, reason, static_cast<std::uint64_t>(time.count()));
}

}  // namespace howdah::stats
