// Remembers texts by their hashes, so many at most: a new one takes the place of the oldest of the few that share its
// row. It may forget a text, and very seldom takes one for another: both only cost a little time. Takes no memory
// before it is asked. One thread at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <vector>

namespace howdah::pool {

class SeenTexts {
 public:
  static constexpr std::size_t kRows = 1024;
  static constexpr std::size_t kRowSize = 4;

  // Whether it was asked about this one before.
  [[nodiscard]] bool has_seen(std::size_t hash) {
    if (rows_.empty()) rows_.resize(kRows);
    auto& row = rows_[hash % kRows];
    if (std::ranges::find(row, hash) != row.end()) return true;
    std::ranges::rotate(row, std::prev(row.end()));
    row.front() = hash;
    return false;
  }

 private:
  using Row = std::array<std::size_t, kRowSize>;
  std::vector<Row> rows_;
};

}  // namespace howdah::pool
