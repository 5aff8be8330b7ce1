// Runs a command of the operator's for the one line that it prints.
#pragma once

#include <atomic>
#include <chrono>
#include <expected>
#include <string>

#include "protocol/crypto.h"

namespace howdah::os {

struct CommandOutput {
  protocol::SecretText first_line;  // without its line end
  std::string complaints;           // what it said on its standard error; its beginning
};

// By /bin/sh -c, without standard input. Blocks, for `timeout` at most, or until `is_ending`: then it is killed, with
// what it has started and not put into a group of its own. The error never holds anything that it printed on its
// standard output.
[[nodiscard]] std::expected<CommandOutput, std::string> run_command(const std::string& command,
                                                                    std::chrono::milliseconds timeout,
                                                                    const std::atomic<bool>& is_ending);

}  // namespace howdah::os
