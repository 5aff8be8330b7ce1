// The parts of an import: each writes what it knows into one tree.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/configuration.h"
#include "config/pgbouncer/sections.h"
#include "config/pgbouncer/setting_table.h"
#include "config/pgbouncer/yaml_tree.h"
#include "config/settings.h"

namespace howdah::config::pgbouncer {

// What the parts share.
struct Import {
  const Sections& sections;
  const Outside& outside;
  std::map<std::string, std::optional<std::string>> secrets = {};  // of the user list
  std::vector<Problem> problems = {};
  YamlNode root = {};
  std::set<std::string> told = {};  // comments that need not be repeated with each database

  // Whether a user of the list cannot log in to a server by libpq with what stands there.
  [[nodiscard]] bool has_unusable_secrets() const;
  // The comment, where it stands for the first time.
  [[nodiscard]] std::string once(std::string comment);
  // Null where the list has no plain password for this user.
  [[nodiscard]] const std::string* plain_password(const std::string& user) const;
};

// A value as the option at `option_path` (in the table) takes it: in its units, inside of its range.
struct Converted {
  std::string text;
  std::string note;  // what became of a value out of range
};
// `value` is right for PgBouncer.
[[nodiscard]] Converted convert(Takes takes, const std::string& value, std::string_view option_path);

// "pool_size", "default_pool_size is 20 where it is not set; ...": what stands above an option.
[[nodiscard]] std::string remark(std::string_view name, bool is_set, std::string_view key, const std::string& note);

// In the order of the file.
void import_listen(Import& import);
void import_options(Import& import);
void import_tls(Import& import);
void import_log(Import& import);
void import_auth(Import& import);
void import_databases(Import& import);
void import_users(Import& import);
void import_rest(Import& import);

// The keywords of libpq that [pgbouncer] says for all servers: " sslmode=require keepalives=0". Empty or with a space
// in front.
[[nodiscard]] std::string server_keywords(const Sections& sections);
// A value for a connection string of libpq.
[[nodiscard]] std::string libpq_value(std::string_view value);

}  // namespace howdah::config::pgbouncer
