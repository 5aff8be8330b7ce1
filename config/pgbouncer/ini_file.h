// PgBouncer's own configuration file, with all that it includes, as the settings that it makes. The rules are
// PgBouncer's, tried on 1.18: a line is blank, a comment (; or # in front), a [section], `%include path`, or `name =
// value`. The value goes on to the end of its line, comments are none in there, and blanks around it do not count.
// Names and sections keep their case. An included file goes on in the section, and what is said twice counts as it was
// said last.
#pragma once

#include <string>
#include <vector>

#include "config/configuration.h"

namespace howdah::config::pgbouncer {

// What hostile files may cost.
struct IniLimits {
  std::size_t depth = 10;                 // files inside of files
  std::size_t bytes = 4UZ * 1024 * 1024;  // in all
  std::size_t settings = 100'000;
  std::size_t problems = 200;
};

struct IniSetting {
  std::string section;
  std::string name;
  std::string value;
  std::string file;
  int line = 0;

  // Never with the value, which may hold a password.
  [[nodiscard]] Problem problem(std::string text) const { return {file, line, std::move(text)}; }
};

struct IniFile {
  std::vector<IniSetting> settings;  // in order
  std::vector<Problem> problems;
};

// Paths of included files are relative to the working directory, as in PgBouncer.
[[nodiscard]] IniFile read_ini_file(const std::string& path, const Outside& outside, const IniLimits& limits = {});

}  // namespace howdah::config::pgbouncer
