// Which entry of `databases` serves a name: its own, else that of all.
#pragma once

#include <string>

#include "config/settings.h"

namespace howdah::config {

// Null where there is none.
[[nodiscard]] inline const DatabaseSettings* serving_entry(const Settings& settings, const std::string& database) {
  auto found = settings.databases.find(database);
  if (found == settings.databases.end()) found = settings.databases.find("*");
  return found == settings.databases.end() ? nullptr : &found->second;
}

}  // namespace howdah::config
