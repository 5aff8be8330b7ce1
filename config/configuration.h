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

// What is expected of a file with a secret, for a message.
inline constexpr const char* kPrivateFile = "one that nobody else can read (chmod 600)";

// What the reader asks of the world around it. Errors are said in a few words ("no such file"), without
// secrets.
struct Outside {
  // The whole content of a file.
  std::function<std::expected<std::string, std::string>(const std::string& path)> read_file;
  // Whether there is anything of that name, readable or not.
  std::function<bool(const std::string& path)> file_exists;
  // Whether nobody else can read the file, which holds a secret: it must be a regular file, ours and closed to group
  // and others, or root's and at most open for reading to the group. The error tells how it is.
  std::function<std::expected<void, std::string>(const std::string& path)> check_privacy;
  // The value of an environment variable; nothing where it is not set.
  std::function<std::optional<std::string>(const std::string& name)> environment;
  // Whether libpq takes the connection string; what it quotes of it is left out where it may be a password.
  std::function<std::expected<void, std::string>(const std::string& backend)> check_backend;
  // Why libpq cannot log in with SCRAM keys: "15.14"; nothing where it can.
  std::function<std::optional<std::string>()> libpq_without_scram_keys;
};

// The checked settings, or every mistake at once in the order of lines. `yaml_text` is hostile: it is bounded
// in size, depth and what its aliases repeat. `file_name` is also the path by which the file is looked at, which must
// be closed to others when there is a secret in it.
[[nodiscard]] std::expected<Settings, std::vector<Problem>> read_configuration(std::string_view yaml_text,
                                                                               const std::string& file_name,
                                                                               const Outside& outside);

// The same for a text that is in memory only, so that nobody else can read it. `name` is what problems call it.
[[nodiscard]] std::expected<Settings, std::vector<Problem>> read_configuration_from_memory(std::string_view yaml_text,
                                                                                           const std::string& name,
                                                                                           const Outside& outside);

// One option, or a whole section, that a program gives.
struct GivenOption {
  enum class Kind { Text, List, Yaml };
  std::vector<std::string> path;  // {"databases", "shop", "pool", "max_size"}
  Kind kind = Kind::Text;
  std::vector<std::string> values = {};  // one, but of a list
};

// The same for options that are given one by one; of what is given twice the last counts.
[[nodiscard]] std::expected<Settings, std::vector<Problem>> configuration_of_options(
    const std::vector<GivenOption>& options, const std::string& name, const Outside& outside);

// For `howdah --backend DSN --listen ADDR`: one database entry "*", no users (the backend judges their passwords), and
// the same checks.
[[nodiscard]] std::expected<Settings, std::vector<Problem>> configuration_without_file(
    const std::string& backend, const std::vector<std::string>& listen, const Outside& outside);

// The reference of all options, in Markdown; config/REFERENCE.md is a copy.
[[nodiscard]] std::string describe_options();

// A configuration with every option and its default; packaging/howdah.example.yaml is a copy.
[[nodiscard]] std::string example_configuration();

// The same as the page howdah.yaml(5) of the manual, in the language of man(7).
[[nodiscard]] std::string option_manual();

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
