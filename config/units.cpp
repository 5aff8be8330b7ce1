#include "config/units.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>

namespace howdah::config {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

// From the smallest; of two names for one unit the first is the one that is written.
constexpr std::array kTimeUnits{Unit{"ms", 1},     Unit{"s", 1000},      Unit{"min", 60'000},
                                Unit{"m", 60'000}, Unit{"h", 3'600'000}, Unit{"d", 86'400'000}};
constexpr std::array kSizeUnits{Unit{"B", 1}, Unit{"kB", 1LL << 10}, Unit{"MB", 1LL << 20}, Unit{"GB", 1LL << 30},
                                Unit{"TB", 1LL << 40}};

std::optional<std::int64_t> times(std::int64_t count, std::int64_t factor) {
  if (count > std::numeric_limits<std::int64_t>::max() / factor) return std::nullopt;
  return count * factor;
}

// `unitless` is the factor of a number without a unit; nothing: only zero may stand alone.
std::optional<std::int64_t> parse_quantity(std::string_view text, std::span<const Unit> units,
                                           std::optional<std::int64_t> unitless) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto count = parse_whole_number(text.substr(0, digits));
  if (!count) return std::nullopt;
  auto name = text.substr(digits);
  if (name.empty()) return *count == 0 ? count : unitless ? times(*count, *unitless) : std::nullopt;
  if (name.starts_with(' ')) name.remove_prefix(1);
  const auto unit = std::ranges::find(units, name, &Unit::name);
  return unit == units.end() ? std::nullopt : times(*count, unit->factor);
}

std::string format_quantity(std::int64_t amount, std::span<const Unit> units) {
  if (amount == 0) return "0";
  const Unit* largest = &units.front();
  for (const auto& unit : units) {
    if (amount % unit.factor == 0 && unit.factor > largest->factor) largest = &unit;
  }
  return std::to_string(amount / largest->factor) + std::string(largest->name);
}

}  // namespace

std::optional<std::int64_t> parse_whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Milliseconds> parse_duration(std::string_view text) {
  return parse_quantity(text, kTimeUnits, std::nullopt).transform([](std::int64_t count) {
    return Milliseconds(count);
  });
}

std::string format_duration(Milliseconds duration) {
  return format_quantity(duration.count(), kTimeUnits);
}

std::optional<std::int64_t> parse_size(std::string_view text) {
  return parse_quantity(text, kSizeUnits, 1);
}

std::string format_size(std::int64_t bytes) {
  return format_quantity(bytes, kSizeUnits);
}

}  // namespace howdah::config
