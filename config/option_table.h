// Every option of the configuration, declared once. The reader, the reference, the example, SHOW CONFIG and
// the hints for misspelt keys are made from this table; defaults are those of a new Settings.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/option_field.h"
#include "config/settings.h"

namespace howdah::config {

enum class Reload {
  Live,     // for what begins from then on
  Reopen,   // at once, but by a reload alone: SET does not
  Replace,  // for connections that are made from then on; servers that are there go as soon as they are free
  Restart,
};

// The objects that options are fields of: the settings, and one entry of each kind.
struct Subject {
  Settings settings;
  DatabaseSettings database;
  UserSettings user;
  PeerSettings peer;
  AuthRule rule;
  IdentMap ident_map;
  IdentMapping mapping;  // of an ident_map
};

struct Option {
  std::string_view path;  // "databases.<name>.pool.max_size", "auth[].method"
  Field (*field)(Subject& subject);
  Reload reload;
  std::string_view help;
  std::string_view example = {};  // for the example configuration, where the default is nothing
  bool is_required = false;
};

// Options of one section stand together.
[[nodiscard]] std::span<const Option> option_table();

// Nothing where `path` is a section or unknown.
[[nodiscard]] const Option* find_option(std::string_view path);

// What may stand at a path of the table.
enum class PlaceKind { Unknown, Option, Section, NamedSections, SectionList };
[[nodiscard]] PlaceKind place_kind(std::string_view path);

// The keys that may stand in a section ("" is the top), in the order of the table.
[[nodiscard]] std::vector<std::string_view> keys_of_section(std::string_view section);

// "databases.<name>.pool" and "max_size"; a section "" at the top.
struct SplitPath {
  std::string_view section;
  std::string_view key;
};
[[nodiscard]] SplitPath split_path(std::string_view path);

inline constexpr std::string_view kNameStep = ".<name>";
inline constexpr std::string_view kItemStep = "[]";

}  // namespace howdah::config
