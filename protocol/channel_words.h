// Whether a text may have to do with the channels of its session: what it listens to, or what it is told.
#pragma once

#include <string_view>

#include "protocol/telling_names.h"

namespace howdah::protocol {

// `names`: of functions and the like that may; null: none is known. It errs on the side of "may".
[[nodiscard]] bool may_touch_channels(std::string_view text, const TellingNames* names);

// The same for a word, in lower case.
[[nodiscard]] bool touches_channels(std::string_view word);

}  // namespace howdah::protocol
