#include "config/ident_file.h"

#include "config/plain_text.h"
#include "config/token_files.h"

namespace howdah::config {

namespace {

using Result = std::expected<IdentMapping, std::string>;

Result refuse(const Token& token, const std::string& reason) {
  return std::unexpected("found " + shown_token(token) + " (" + reason +
                         "), expected a name, or / and a regular expression");
}

// Map, system user, database user; what comes behind is passed over, as PostgreSQL does it.
Result read_mapping(const std::vector<TokenField>& fields) {
  if (fields.size() < 3) {
    return std::unexpected("found " + std::to_string(fields.size()) + (fields.size() == 1 ? " field" : " fields") +
                           ", expected three: the map, the system's user, the database's user");
  }
  for (std::size_t at = 0; at < 3; ++at) {
    if (fields[at].size() != 1) return std::unexpected("found several values with commas, expected one");
  }
  IdentMapping mapping;
  const auto& system = fields[1].front();
  auto pattern = NamePattern::parse(system.text);
  if (!pattern) return refuse(system, pattern.error());
  mapping.system = *std::move(pattern);
  const auto& user = fields[2].front();
  const auto is_set = set_user(mapping, user.text, user.is_quoted);
  if (!is_set) return refuse(user, is_set.error());
  const auto is_right = check_mapping(mapping);
  if (!is_right) return refuse(user, is_right.error());
  return mapping;
}

}  // namespace

std::expected<IdentFile, std::string> read_ident_file(const std::string& path, const Outside& outside) {
  auto file = read_token_file(path, outside);
  if (!file) return std::unexpected(std::move(file.error()));
  IdentFile ident{.maps = {}, .problems = std::move(file->problems)};
  for (const auto& line : file->lines) {
    auto mapping = read_mapping(line.fields);
    if (mapping) {
      ident.maps[line.fields.front().front().text].push_back(*std::move(mapping));
    } else {
      ident.problems.push_back(line.problem(mapping.error()));
    }
  }
  return ident;
}

}  // namespace howdah::config
