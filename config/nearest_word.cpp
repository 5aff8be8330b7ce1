#include "config/nearest_word.h"

#include <algorithm>
#include <vector>

namespace howdah::config {

namespace {

// Longer ones are no misspelling, and would cost time.
constexpr std::size_t kLongestWord = 64;

std::string folded(std::string_view word) {
  std::string result(word);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '-') c = '_';
  }
  return result;
}

}  // namespace

std::size_t edit_distance(std::string_view one, std::string_view other) {
  const auto width = other.size() + 1;
  std::vector<std::size_t> row(width);
  std::vector<std::size_t> above(width);
  std::vector<std::size_t> two_above(width);
  for (std::size_t j = 0; j < width; ++j) row[j] = j;
  for (std::size_t i = 1; i <= one.size(); ++i) {
    std::swap(two_above, above);
    std::swap(above, row);
    row[0] = i;
    for (std::size_t j = 1; j < width; ++j) {
      const bool is_same = one[i - 1] == other[j - 1];
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (is_same ? 0 : 1)});
      const bool is_swap = i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
      if (is_swap) row[j] = std::min(row[j], two_above[j - 2] + 1);
    }
  }
  return row.back();
}

std::optional<std::string_view> nearest_word(std::string_view word, std::span<const std::string_view> words) {
  if (word.size() > kLongestWord) return std::nullopt;
  const auto meant = folded(word);
  std::optional<std::string_view> nearest;
  std::size_t least = 0;
  for (const auto candidate : words) {
    const auto distance = edit_distance(meant, folded(candidate));
    const auto most = std::max(candidate.size(), word.size()) / 3 + (candidate.size() < 6 ? 1 : 0);
    if (distance > most || (nearest && distance >= least)) continue;
    nearest = candidate;
    least = distance;
  }
  return nearest;
}

}  // namespace howdah::config
