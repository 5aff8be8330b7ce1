// The table of what the console understands besides SHOW: each verb, who may say it, and how it is read.
#pragma once

#include <expected>
#include <span>
#include <string_view>

#include "daemon/admin/command.h"

namespace howdah::admin {

struct Verb {
  std::string_view word;   // in lower case
  std::string_view usage;  // for SHOW HELP; empty: what drivers say
  Role needs;
  std::expected<Command, protocol::ErrorFields> (*read)(const Statement& statement);
};

[[nodiscard]] std::span<const Verb> all_verbs();
// Null where there is none. `word` in lower case.
[[nodiscard]] const Verb* find_verb(std::string_view word);

// What drivers set at their start, which is nobody's order.
[[nodiscard]] bool is_courtesy(const Statement& statement);

// For messages: not longer than one line of a terminal or two.
[[nodiscard]] std::string shortened(std::string_view text);
[[nodiscard]] std::unexpected<protocol::ErrorFields> syntax_error(std::string message, std::string hint);
[[nodiscard]] std::unexpected<protocol::ErrorFields> unknown_command(const Statement& statement);

}  // namespace howdah::admin
