// Which custom settings a text may make, by its SET commands and calls of set_config: a server lists no custom setting,
// it only tells of those that it is asked for by name. Texts of functions and code blocks can be read as well, with
// their quotes. It errs on the side of names that are none. (PostgreSQL documentation: "Customized Options", "SET",
// "Configuration Settings Functions")
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace howdah::protocol {

struct SettingNames {
  std::set<std::string, std::less<>> custom = {};  // in lower case, with a dot
  // There may be others, or such that a server does not show to everybody: a name that is put together, say.
  bool is_open = false;
  // Every call of set_config was for its transaction only, by a plain `true`.
  bool is_all_local = true;

  void add(const SettingNames& other);
  void clear() {
    if (!custom.empty() || is_open || !is_all_local) *this = {};
  }
};

[[nodiscard]] SettingNames read_setting_names(std::string_view text);

}  // namespace howdah::protocol
