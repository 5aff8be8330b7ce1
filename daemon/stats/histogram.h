// How long things took: counts of durations in buckets whose width grows with the duration, so that a percentile is
// within 1.6 % of the true one and costs no list of all of them. Counts only go up: what happened in a time is one
// histogram less an older one. A value: one thread writes its own, and others get copies.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace howdah::stats {

class Histogram {
 public:
  using Duration = std::chrono::microseconds;

  Histogram() = default;
  Histogram(const Histogram& other);
  Histogram& operator=(const Histogram& other);
  Histogram(Histogram&&) noexcept = default;
  Histogram& operator=(Histogram&&) noexcept = default;
  ~Histogram() = default;

  // A negative one counts as 0, one beyond longest() as that.
  void record(Duration duration);
  void add(const Histogram& other);
  // What was recorded since `older`, which is an earlier copy of this one.
  [[nodiscard]] Histogram since(const Histogram& older) const;

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] Duration sum() const { return sum_; }
  // The duration that this share of them, from 0 to 1, did not exceed; 0 where nothing was recorded.
  [[nodiscard]] Duration quantile(double share) const;
  // How many were at most `limit`, as far as the buckets tell: one that `limit` divides is counted where its middle is.
  [[nodiscard]] std::uint64_t count_up_to(Duration limit) const;

  [[nodiscard]] static constexpr Duration longest() { return Duration((std::int64_t{1} << kBits) - 1); }

 private:
  // 32 buckets between a power of two and the next one; below 32 us each duration has its own.
  static constexpr unsigned kBits = 36;  // 19 hours
  static constexpr unsigned kBitsWithin = 5;
  static constexpr std::size_t kWithin = std::size_t{1} << kBitsWithin;
  static constexpr std::size_t kOctaves = kBits - kBitsWithin + 1;
  using Octave = std::array<std::uint64_t, kWithin>;

  struct Place {
    std::size_t octave;
    std::size_t within;
  };
  [[nodiscard]] static Place place_of(std::uint64_t microseconds);
  [[nodiscard]] static Duration middle_of(Place place);
  // Stops where `visit`, which is given a place and its count, says so.
  template <typename Visit>
  void visit_until(Visit&& visit) const;
  [[nodiscard]] Octave& octave(std::size_t number);

  std::array<std::unique_ptr<Octave>, kOctaves> octaves_;  // null: nothing in there
  std::uint64_t count_ = 0;
  Duration sum_{};
};

}  // namespace howdah::stats
