// The startup parameter `options`: command-line switches of the server process, as text.
// (PostgreSQL documentation: "postgres", "Start-up")
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/error_fields.h"

namespace howdah::protocol {

using SettingList = std::vector<std::pair<std::string, std::string>>;

// Splits at white space; a backslash makes the next character an ordinary one.
[[nodiscard]] std::vector<std::string> split_options(std::string_view options);

// Appends the settings that the switches in `options` stand for: -c name=value, --name=value and the short
// switches that name a setting (-S 64MB, -fh, ...); those that PostgreSQL ignores here are ignored. Returns
// PostgreSQL's error (FATAL 42601) at the first switch that it would refuse; the settings before it have been
// appended.
[[nodiscard]] std::optional<ErrorFields> append_option_settings(SettingList& settings, std::string_view options);

}  // namespace howdah::protocol
