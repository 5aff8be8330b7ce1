// Times and sizes as text. "30s", "10min", "1h", "7d", "100ms"; "16MB", "64kB", "512B", 1024-based, as in
// PostgreSQL. (PostgreSQL documentation: "Parameter Names and Values")
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/settings.h"

namespace howdah::config {

// A whole number and ms, s, min (or m), h or d, a space between them or not; "0" needs no unit.
// Nothing where the text is no such time, or one too long to count.
[[nodiscard]] std::optional<Milliseconds> parse_duration(std::string_view text);
// In the largest unit that divides it; parse_duration reads it back.
[[nodiscard]] std::string format_duration(Milliseconds duration);

// A whole number and B, kB, MB, GB or TB; without a unit it counts bytes.
[[nodiscard]] std::optional<std::int64_t> parse_size(std::string_view text);
[[nodiscard]] std::string format_size(std::int64_t bytes);

// A whole decimal number, with or without a minus.
[[nodiscard]] std::optional<std::int64_t> parse_whole_number(std::string_view text);

}  // namespace howdah::config
