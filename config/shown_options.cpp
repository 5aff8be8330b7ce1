// SHOW CONFIG: the table of options, filled with the values of a configuration.
#include "config/configuration.h"
#include "config/option_table.h"

namespace howdah::config {

namespace {

class OptionLister {
 public:
  explicit OptionLister(const Settings& settings)
      : subject_{.settings = settings, .database = {}, .user = {}, .rule = {}, .ident_map = {}, .mapping = {}} {}

  [[nodiscard]] std::vector<ShownOption> list();

 private:
  // The options below `in_table`, whose place in this configuration is `shown`.
  void list_entry(std::string_view in_table, const std::string& shown);

  Subject subject_;
  Subject defaults_;
  std::vector<ShownOption> options_;
};

std::vector<ShownOption> OptionLister::list() {
  for (const auto section : keys_of_section({})) {
    switch (place_kind(section)) {
      case PlaceKind::Unknown:
      case PlaceKind::NamedSections:
      case PlaceKind::SectionList:
        break;
      case PlaceKind::Option:
      case PlaceKind::Section:
        list_entry(section, std::string(section));
    }
  }
  for (const auto& [name, database] : subject_.settings.databases) {
    subject_.database = database;
    list_entry("databases.<name>", "databases." + name);
  }
  for (const auto& [name, user] : subject_.settings.users) {
    subject_.user = user;
    list_entry("users.<name>", "users." + name);
  }
  for (const auto& [name, map] : subject_.settings.ident_maps) {
    std::size_t line = 0;
    for (const auto& mapping : map) {
      subject_.mapping = mapping;
      list_entry("ident_maps.<name>[]", "ident_maps." + name + "[" + std::to_string(++line) + "]");
    }
  }
  std::size_t number = 0;
  for (const auto& rule : subject_.settings.auth) {
    subject_.rule = rule;
    list_entry("auth[]", "auth[" + std::to_string(++number) + "]");
  }
  return std::move(options_);
}

void OptionLister::list_entry(std::string_view in_table, const std::string& shown) {
  for (const auto& option : option_table()) {
    const bool is_inside = option.path.starts_with(in_table) &&
                           (option.path.size() == in_table.size() || option.path[in_table.size()] == '.');
    if (!is_inside) continue;
    options_.push_back({.key = shown + std::string(option.path.substr(in_table.size())),
                        .value = field_text(option.field(subject_)),
                        .default_value = field_text(option.field(defaults_)),
                        .is_changeable = option.reload == Reload::Live});
  }
}

}  // namespace

std::vector<ShownOption> show_options(const Settings& settings) {
  return OptionLister(settings).list();
}

}  // namespace howdah::config
