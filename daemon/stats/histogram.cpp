#include "daemon/stats/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace howdah::stats {

Histogram::Histogram(const Histogram& other) : count_(other.count_), sum_(other.sum_) {
  for (std::size_t i = 0; i < kOctaves; ++i) {
    if (other.octaves_[i]) octaves_[i] = std::make_unique<Octave>(*other.octaves_[i]);
  }
}

Histogram& Histogram::operator=(const Histogram& other) {
  if (this != &other) *this = Histogram(other);
  return *this;
}

Histogram::Octave& Histogram::octave(std::size_t number) {
  if (!octaves_[number]) octaves_[number] = std::make_unique<Octave>();
  return *octaves_[number];
}

Histogram::Place Histogram::place_of(std::uint64_t microseconds) {
  if (microseconds < kWithin) return {.octave = 0, .within = microseconds};
  const auto shift = static_cast<unsigned>(std::bit_width(microseconds)) - 1 - kBitsWithin;
  return {.octave = shift + 1, .within = (microseconds >> shift) - kWithin};
}

Histogram::Duration Histogram::middle_of(Place place) {
  if (place.octave == 0) return Duration(place.within);
  const auto shift = place.octave - 1;
  const auto width = std::uint64_t{1} << shift;
  return Duration(((kWithin + place.within) << shift) + width / 2);
}

void Histogram::record(Duration duration) {
  const auto within = std::clamp(duration, Duration(0), longest());
  const auto place = place_of(static_cast<std::uint64_t>(within.count()));
  ++octave(place.octave)[place.within];
  ++count_;
  sum_ += within;
}

void Histogram::add(const Histogram& other) {
  for (std::size_t i = 0; i < kOctaves; ++i) {
    if (!other.octaves_[i]) continue;
    auto& mine = octave(i);
    for (std::size_t k = 0; k < kWithin; ++k) mine[k] += (*other.octaves_[i])[k];
  }
  count_ += other.count_;
  sum_ += other.sum_;
}

Histogram Histogram::since(const Histogram& older) const {
  Histogram result(*this);
  for (std::size_t i = 0; i < kOctaves; ++i) {
    if (!older.octaves_[i] || !result.octaves_[i]) continue;
    auto& left = *result.octaves_[i];
    for (std::size_t k = 0; k < kWithin; ++k) left[k] -= std::min(left[k], (*older.octaves_[i])[k]);
  }
  result.count_ -= std::min(count_, older.count_);
  result.sum_ -= std::min(sum_, older.sum_);
  return result;
}

template <typename Visit>
void Histogram::visit_until(Visit&& visit) const {
  for (std::size_t i = 0; i < kOctaves; ++i) {
    if (!octaves_[i]) continue;
    for (std::size_t k = 0; k < kWithin; ++k) {
      const auto count = (*octaves_[i])[k];
      if (count > 0 && visit(Place{.octave = i, .within = k}, count)) return;
    }
  }
}

Histogram::Duration Histogram::quantile(double share) const {
  const auto wanted = std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(count_));
  const auto rank = std::max(static_cast<std::uint64_t>(wanted), std::uint64_t{1});
  std::uint64_t seen = 0;
  Duration found{};
  visit_until([&](Place place, std::uint64_t count) {
    seen += count;
    found = middle_of(place);
    return seen >= rank;
  });
  return found;
}

std::uint64_t Histogram::count_up_to(Duration limit) const {
  std::uint64_t seen = 0;
  visit_until([&](Place place, std::uint64_t count) {
    if (middle_of(place) > limit) return true;
    seen += count;
    return false;
  });
  return seen;
}

}  // namespace howdah::stats
