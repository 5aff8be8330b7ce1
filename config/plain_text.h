// Which bytes may stand in a configuration, and how they are shown in a message.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace howdah::config {

struct BadByte {
  int line = 0;  // from 1
  std::string_view what;
};

// The first thing that is not valid UTF-8, or a control character other than tab and line ends.
[[nodiscard]] std::optional<BadByte> find_bad_byte(std::string_view text);

// On one line: control characters escaped, cut at a length that a message can bear.
[[nodiscard]] std::string printable(std::string_view text);

// printable, in double quotes.
[[nodiscard]] std::string in_quotes(std::string_view text);

}  // namespace howdah::config
