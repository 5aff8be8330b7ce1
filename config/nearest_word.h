// What somebody probably meant to write.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace howdah::config {

// How many letters must be put in, left out, changed or swapped with their neighbour to make one of the other
// (Damerau-Levenshtein, optimal string alignment).
[[nodiscard]] std::size_t edit_distance(std::string_view one, std::string_view other);

// The nearest of `words`, the first of equals; nothing where none is near: more than a third of it would be
// changed. The case of letters does not count, nor do '-' and '_' differ.
[[nodiscard]] std::optional<std::string_view> nearest_word(std::string_view word,
                                                           std::span<const std::string_view> words);

}  // namespace howdah::config
