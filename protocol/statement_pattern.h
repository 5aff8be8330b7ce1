// A statement as it may be shown to others: without its values.
#pragma once

#include <string>
#include <string_view>

namespace howdah::protocol {

// The words and signs of `text`, with a question mark for each constant and without comments, one blank where there was
// space. At most about `most_bytes`: what is longer ends with three dots.
[[nodiscard]] std::string statement_pattern(std::string_view text, std::size_t most_bytes);

}  // namespace howdah::protocol
