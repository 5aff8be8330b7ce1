#include "config/ident_map.h"

#include <algorithm>

namespace howdah::config {

namespace {

constexpr std::string_view kFirstGroup = "\\1";

bool has_group_reference(const IdentMapping& mapping) {
  return mapping.system.kind() == NamePattern::Kind::Pattern && mapping.user.kind() == NamePattern::Kind::Name &&
         mapping.user.text().find(kFirstGroup) != std::string::npos;
}

// The result is a name, also where it reads "all" or begins with '/'.
bool allows_by_group(const IdentMapping& mapping, std::string_view system_user, std::string_view database_user) {
  const auto group = mapping.system.expression()->first_group_in(system_user);
  if (!group) return false;
  auto name = mapping.user.text();
  name.replace(name.find(kFirstGroup), kFirstGroup.size(), *group);
  return name == database_user;
}

bool allows(const IdentMapping& mapping, std::string_view system_user, std::string_view database_user) {
  if (!mapping.system.matches(system_user, {})) return false;
  if (mapping.is_for_all_users) return true;
  if (has_group_reference(mapping)) return allows_by_group(mapping, system_user, database_user);
  return mapping.user.matches(database_user, {});
}

}  // namespace

std::expected<void, std::string> set_user(IdentMapping& mapping, const std::string& text, bool is_quoted) {
  if (!is_quoted && text.starts_with('+')) return std::unexpected("roles by their members (+) are not supported");
  auto user = NamePattern::parse(text);
  if (!user) return std::unexpected(std::move(user.error()));
  mapping.user = *std::move(user);
  mapping.is_for_all_users = !is_quoted && text == "all";
  return {};
}

std::expected<void, std::string> check_mapping(const IdentMapping& mapping) {
  if (!has_group_reference(mapping) || mapping.system.expression()->has_group()) return {};
  return std::unexpected("\\1 stands for the first group in parentheses of the other side, which has none");
}

bool map_allows(const IdentMaps& maps, std::string_view map_name, std::string_view system_user,
                std::string_view database_user) {
  if (map_name.empty()) return system_user == database_user;
  const auto map = maps.find(map_name);
  return map != maps.end() && std::ranges::any_of(map->second, [&](const IdentMapping& mapping) {
           return allows(mapping, system_user, database_user);
         });
}

}  // namespace howdah::config
