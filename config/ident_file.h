// PostgreSQL's pg_ident.conf. (PostgreSQL documentation: "User Name Maps")
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "config/configuration.h"
#include "config/ident_map.h"

namespace howdah::config {

struct IdentFile {
  IdentMaps maps;
  std::vector<Problem> problems;
};

// Or why the file itself cannot be read.
[[nodiscard]] std::expected<IdentFile, std::string> read_ident_file(const std::string& path, const Outside& outside);

}  // namespace howdah::config
