// PgBouncer's settings by their sections, each known and with a value that PgBouncer would take.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/pgbouncer/ini_file.h"

namespace howdah::config::pgbouncer {

// A line of [databases], [users] or [peers].
struct Entry {
  std::string name;
  IniSetting setting;
  std::map<std::string, std::string, std::less<>> pairs;

  // Null where it does not say.
  [[nodiscard]] const std::string* find(std::string_view key) const;
};

struct Sections {
  std::map<std::string, IniSetting, std::less<>> globals;
  std::vector<Entry> databases;  // in order, each name once
  std::vector<Entry> users;
  bool has_peers = false;

  // What is said; null where it is not.
  [[nodiscard]] const std::string* global(std::string_view name) const;
  // What is said, else what holds then.
  [[nodiscard]] std::string global_or_default(std::string_view name) const;
};

// Adds what is wrong to the problems of the file. No value of a line with pairs is shown in there.
[[nodiscard]] Sections sort_settings(IniFile& file);

}  // namespace howdah::config::pgbouncer
