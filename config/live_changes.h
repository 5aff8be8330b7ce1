// What of a configuration can change while howdah runs, and how: for SET and reloads. The table of options says which
// (Reload::Live).
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"

namespace howdah::config {

struct LiveChanges {
  Settings settings;                      // those that run, with what can change at once as it is wanted
  std::vector<std::string> changed;       // paths of those, as SHOW CONFIG tells them
  std::vector<std::string> need_restart;  // of what differs and cannot
};

[[nodiscard]] LiveChanges live_changes(const Settings& running, const Settings& wanted);

// With one option as this text says; the error says what is wrong with it. `path`: as SHOW CONFIG tells it.
[[nodiscard]] std::expected<Settings, std::string> with_option(const Settings& running, std::string_view path,
                                                               const std::string& text);

}  // namespace howdah::config
