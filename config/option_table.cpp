#include "config/option_table.h"

#include <algorithm>
#include <array>

#include "config/options/access.h"
#include "config/options/client.h"
#include "config/options/database.h"
#include "config/options/service.h"

namespace howdah::config {

namespace {

template <std::size_t... kSizes>
constexpr auto joined(const std::array<Option, kSizes>&... parts) {
  std::array<Option, (kSizes + ...)> table{};
  auto* next = table.begin();
  ((next = std::ranges::copy(parts, next).out), ...);
  return table;
}

constexpr auto kTable =
    joined(options::kServiceOptions, options::kClientOptions, options::kDatabaseOptions, options::kAccessOptions);

bool is_below(std::string_view path, std::string_view section, std::string_view step) {
  return path.size() > section.size() + step.size() && path.starts_with(section) &&
         path.substr(section.size()).starts_with(step);
}

bool any_below(std::string_view section, std::string_view step) {
  return std::ranges::any_of(kTable, [&](const Option& option) { return is_below(option.path, section, step); });
}

}  // namespace

std::span<const Option> option_table() {
  return kTable;
}

const Option* find_option(std::string_view path) {
  const auto* const found = std::ranges::find(kTable, path, &Option::path);
  return found == kTable.end() ? nullptr : found;
}

PlaceKind place_kind(std::string_view path) {
  if (find_option(path) != nullptr) return PlaceKind::Option;
  if (any_below(path, kNameStep)) return PlaceKind::NamedSections;
  if (any_below(path, kItemStep)) return PlaceKind::SectionList;
  return any_below(path, ".") ? PlaceKind::Section : PlaceKind::Unknown;
}

std::vector<std::string_view> keys_of_section(std::string_view section) {
  std::vector<std::string_view> keys;
  for (const auto& option : kTable) {
    const std::string_view step = section.empty() ? "" : ".";
    if (!is_below(option.path, section, step)) continue;
    const auto rest = option.path.substr(section.size() + step.size());
    const auto key = rest.substr(0, rest.find_first_of(".["));
    if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
  }
  return keys;
}

SplitPath split_path(std::string_view path) {
  const auto dot = path.rfind('.');
  if (dot == std::string_view::npos) return {.section = {}, .key = path};
  return {.section = path.substr(0, dot), .key = path.substr(dot + 1)};
}

}  // namespace howdah::config
