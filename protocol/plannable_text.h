// What a text says about keeping it prepared. (PostgreSQL documentation: "PREPARE"; "Date/Time Types": special values)
#pragma once

#include <string_view>

namespace howdah::protocol {

// A server plans it, so that keeping it prepared saves work: a query or a change of rows. All others are run as they
// are (utility statements, transaction control), and any of them may change the catalog. Told from the first word;
// false where in doubt.
[[nodiscard]] bool is_plannable(std::string_view text);

// It has a constant such as 'now' or 'today', or one that looks like it: a server replaces that by the time when it
// parses the text.
[[nodiscard]] bool holds_time_of_parse(std::string_view text);

}  // namespace howdah::protocol
