// Every option of a configuration with its place in there: "databases.products.pool.max_size", "auth[2].method".
#pragma once

#include <string>
#include <string_view>

#include "config/option_table.h"
#include "config/settings.h"

namespace howdah::config {

class OptionWalk {
 public:
  explicit OptionWalk(const Settings& settings)
      : subject_{
            .settings = settings, .database = {}, .user = {}, .peer = {}, .rule = {}, .ident_map = {}, .mapping = {}} {}

  // `visit` gets the path, the option and its field. Those outside of entries come first.
  template <typename Visit>
  void for_each(Visit&& visit) {
    for (const auto section : keys_of_section({})) {
      const auto kind = place_kind(section);
      if (kind == PlaceKind::Option || kind == PlaceKind::Section) for_entry(section, std::string(section), visit);
    }
    for (const auto& [name, database] : subject_.settings.databases) {
      subject_.database = database;
      for_entry("databases.<name>", "databases." + name, visit);
    }
    for (const auto& [name, user] : subject_.settings.users) {
      subject_.user = user;
      for_entry("users.<name>", "users." + name, visit);
    }
    for (const auto& [name, peer] : subject_.settings.peers) {
      subject_.peer = peer;
      for_entry("peers.<name>", "peers." + name, visit);
    }
    for (const auto& [name, map] : subject_.settings.ident_maps) {
      std::size_t line = 0;
      for (const auto& mapping : map) {
        subject_.mapping = mapping;
        for_entry("ident_maps.<name>[]", "ident_maps." + name + "[" + std::to_string(++line) + "]", visit);
      }
    }
    std::size_t number = 0;
    for (const auto& rule : subject_.settings.auth) {
      subject_.rule = rule;
      for_entry("auth[]", "auth[" + std::to_string(++number) + "]", visit);
    }
  }

 private:
  // The options below `in_table`, whose place in this configuration is `shown`.
  template <typename Visit>
  void for_entry(std::string_view in_table, const std::string& shown, Visit& visit) {
    for (const auto& option : option_table()) {
      const bool is_inside = option.path.starts_with(in_table) &&
                             (option.path.size() == in_table.size() || option.path[in_table.size()] == '.');
      if (is_inside) visit(shown + std::string(option.path.substr(in_table.size())), option, option.field(subject_));
    }
  }

  Subject subject_;
};

}  // namespace howdah::config
