// A trace's file, printed for people: `howdah --show-trace FILE`.
#pragma once

#include <expected>
#include <iosfwd>
#include <string>

namespace howdah::trace {

// A line for each frame: milliseconds since the start, the way it went, its name, size and detail. Whatever is in the
// file, what is printed is text. The error says that it is no trace, or of which line it can read no more.
[[nodiscard]] std::expected<void, std::string> print_trace(std::istream& file, std::ostream& out);

}  // namespace howdah::trace
