// From text to checked settings, and the documents about them. All of it comes from one table of options
// (option_table.h). Files, environment variables and libpq are reached through `Outside` only.
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"

namespace howdah::config {

// One mistake: "databases.x.pool.max_size: found "many", expected a whole number from 1 to 10000".
// Never holds a secret. Line 0: it is in no line of the file.
struct Problem {
  std::string file;
  int line = 0;
  std::string text;

  // "file:line: text"
  [[nodiscard]] std::string message() const;
};

// What the reader asks of the world around it. Errors are said in a few words ("no such file"), without
// secrets.
struct Outside {
  // The whole content of a file that holds a password.
  std::function<std::expected<std::string, std::string>(const std::string& path)> read_file;
  // The value of an environment variable; nothing where it is not set.
  std::function<std::optional<std::string>(const std::string& name)> environment;
  // Whether libpq takes the connection string; what it quotes of it is left out where it may be a password.
  std::function<std::expected<void, std::string>(const std::string& backend)> check_backend;
};

// The checked settings, or every mistake at once in the order of lines. `yaml_text` is hostile: it is bounded
// in size, depth and what its aliases repeat.
[[nodiscard]] std::expected<Settings, std::vector<Problem>> read_configuration(std::string_view yaml_text,
                                                                               const std::string& file_name,
                                                                               const Outside& outside);

// For `howdah --backend DSN --listen ADDR`: one database entry "*", no users, and the same checks.
[[nodiscard]] std::expected<Settings, std::vector<Problem>> configuration_without_file(
    const std::string& backend, const std::vector<std::string>& listen, const Outside& outside);

// The reference of all options, in Markdown; config/REFERENCE.md is a copy.
[[nodiscard]] std::string describe_options();

// A configuration with every option and its default; packaging/howdah.example.yaml is a copy.
[[nodiscard]] std::string example_configuration();

struct ShownOption {
  std::string key;
  std::string value;
  std::string default_value;
  bool is_changeable = false;  // by a reload
};

// For SHOW CONFIG, entries of `databases`, `users` and `auth` included. Passwords are masked, those in
// connection strings too.
[[nodiscard]] std::vector<ShownOption> show_options(const Settings& settings);

}  // namespace howdah::config
