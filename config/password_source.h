// A secret: in the configuration, in a file, or in an environment variable.
#pragma once

#include <expected>
#include <string>

#include "config/configuration.h"
#include "config/document.h"
#include "config/mistake.h"

namespace howdah::config {

// `node`: a text, {file: path} or {env: NAME}. The line end at the end of a file is no part of the password.
// A mistake never holds anything of it. What is returned is one that protocol::parse_secret takes.
[[nodiscard]] std::expected<std::string, Mistake> read_password(const TreeNode& node, const Outside& outside);

// The same for any secret text that is not empty.
[[nodiscard]] std::expected<std::string, Mistake> read_secret(const TreeNode& node, const Outside& outside);

}  // namespace howdah::config
