// What the configuration reader asks of the world: files, the environment, libpq.
#pragma once

#include <expected>
#include <string>

#include "config/configuration.h"

namespace howdah::os {

// The whole content; or why not, in a few words. Files of more than 16 MiB are refused.
[[nodiscard]] std::expected<std::string, std::string> read_file(const std::string& path);

[[nodiscard]] config::Outside outside_world();

}  // namespace howdah::os
