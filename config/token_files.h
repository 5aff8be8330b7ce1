// A pg_hba.conf or pg_ident.conf with all that it includes: `include`, `include_if_exists`, and in the place of a
// token `@file`, whose tokens all go there. Paths are relative to the folder of the file that names them.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "config/configuration.h"
#include "config/token_lines.h"

namespace howdah::config {

// What hostile files may cost.
struct TokenFileLimits {
  std::size_t depth = 10;                 // files inside of files
  std::size_t bytes = 4UZ * 1024 * 1024;  // in all
  std::size_t problems = 200;
};

struct PlacedLine {
  std::string file;
  int line = 0;
  std::vector<TokenField> fields;

  [[nodiscard]] Problem problem(std::string text) const { return {file, line, std::move(text)}; }
};

struct TokenFile {
  std::vector<PlacedLine> lines;
  std::vector<Problem> problems;  // then the lines are not all there are
};

// Or why the file itself cannot be read.
[[nodiscard]] std::expected<TokenFile, std::string> read_token_file(const std::string& path, const Outside& outside,
                                                                    const TokenFileLimits& limits = {});

// A token for a message: one with '=' may be an option with a password, and is not shown.
[[nodiscard]] std::string shown_token(const Token& token);

}  // namespace howdah::config
