// Text of unknown origin, made fit to be shown in one line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace howdah::os {

// The text; where it is longer than `most_bytes`, "..." stands in the place of its end. Cuts no character.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t most_bytes);

// The text as it is, but for \n, \r, \t and \xNN in the place of what does not show.
[[nodiscard]] std::string printable(std::string_view text);

// The text as it is, where it is one word; else in quotes, with \", \\, \n, \r, \t and \xNN in it.
[[nodiscard]] std::string one_word(std::string_view text);

}  // namespace howdah::os
