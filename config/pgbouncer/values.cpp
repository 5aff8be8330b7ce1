#include "config/pgbouncer/values.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "config/option_field.h"
#include "config/pgbouncer/text.h"
#include "config/words.h"

namespace howdah::config::pgbouncer {

std::optional<std::int64_t> read_count(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text.starts_with('0')) {
    base = 8;
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  if (number > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
  return is_negative ? -number : number;
}

std::optional<bool> read_flag(std::string_view text) {
  const auto number = read_count(text);
  if (!number) return std::nullopt;
  return *number != 0;
}

std::optional<Milliseconds> read_seconds(std::string_view text) {
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size()) {
    const auto whole = read_count(text);  // 0x10
    if (!whole) return std::nullopt;
    seconds = static_cast<double>(*whole);
  }
  if (!(seconds >= 0)) return std::nullopt;
  constexpr double kPerSecond = 1000;
  const double most = static_cast<double>(kMostDuration.count());
  if (!(seconds * kPerSecond < most)) return kMostDuration;
  const auto rounded = std::llround(seconds * kPerSecond);
  return Milliseconds(seconds > 0 && rounded == 0 ? 1 : rounded);
}

std::optional<PoolMode> read_pool_mode(std::string_view text) {
  return parse_word<PoolMode>(lower_case(text));
}

}  // namespace howdah::config::pgbouncer
