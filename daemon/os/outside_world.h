// What the configuration reader asks of the world: files, the environment, libpq.
#pragma once

#include <chrono>
#include <expected>
#include <string>

#include "config/configuration.h"

namespace howdah::os {

// The whole content; or why not, in a few words. Files of more than 16 MiB are refused, and what is no file, as a pipe,
// once it has said nothing for so long.
[[nodiscard]] std::expected<std::string, std::string> read_file(
    const std::string& path, std::chrono::milliseconds patience = std::chrono::seconds(10));

// Whether a file with a secret is a regular one that is ours and closed to group and others, or root's and at most
// open for reading to its group. Else how it is.
[[nodiscard]] std::expected<void, std::string> check_privacy(const std::string& path);

[[nodiscard]] config::Outside outside_world();

}  // namespace howdah::os
