// What holds for a configuration as a whole: the reference and the manual page both begin with it.
#pragma once

#include <string_view>

namespace howdah::config {

// A list in Markdown.
[[nodiscard]] std::string_view conventions();

}  // namespace howdah::config
