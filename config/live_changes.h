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
  Settings settings;  // those that run, with what can change as it is wanted
  // Paths, as SHOW CONFIG tells them; of entries that come or go, those of the entries.
  std::vector<std::string> added;
  std::vector<std::string> removed;
  std::vector<std::string> changed;       // at once
  std::vector<std::string> replaced;      // with the next connections: Reload::Replace
  std::vector<std::string> need_restart;  // stay as they are

  [[nodiscard]] bool is_empty() const {
    return added.empty() && removed.empty() && changed.empty() && replaced.empty();
  }
  // Of databases or users: some come, go, or have other connections.
  [[nodiscard]] bool has_other_entries() const;
};

[[nodiscard]] LiveChanges live_changes(const Settings& running, const Settings& wanted);

// With one option as this text says; the error says what is wrong with it. `path`: as SHOW CONFIG tells it.
[[nodiscard]] std::expected<Settings, std::string> with_option(const Settings& running, std::string_view path,
                                                               const std::string& text);

}  // namespace howdah::config
