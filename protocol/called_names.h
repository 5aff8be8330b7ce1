// The names in a text that most likely stand for what it runs besides itself: functions that it calls, else the tables
// and views that it has to do with. For a text of which it is known only afterwards that it has left something.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace howdah::protocol {

// As TellingNames looks for them (key_of_name). The text may be cut off.
[[nodiscard]] std::set<std::string> called_names(std::string_view text);

}  // namespace howdah::protocol
