// The values of PgBouncer's settings, as it reads them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "config/settings.h"

namespace howdah::config::pgbouncer {

// Decimal, hexadecimal (0x1f) or octal (017), with or without a minus. Nothing where the text is none, or too large for
// an int.
[[nodiscard]] std::optional<std::int64_t> read_count(std::string_view text);
// 0 or any other whole number: there are no words for it.
[[nodiscard]] std::optional<bool> read_flag(std::string_view text);
// Seconds and parts of them ("1.5"), not negative, rounded to milliseconds, what is more than none to one at least.
[[nodiscard]] std::optional<Milliseconds> read_seconds(std::string_view text);
// In any case of letters.
[[nodiscard]] std::optional<PoolMode> read_pool_mode(std::string_view text);

}  // namespace howdah::config::pgbouncer
