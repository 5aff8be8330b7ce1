// What howdah is told to do by its arguments.
#pragma once

#include <expected>
#include <string>
#include <vector>

namespace howdah::os {

struct CommandLine {
  enum class Task {
    Serve,
    ServeWithoutFile,
    Check,
    DescribeConfig,
    ShowExampleConfig,
    ShowTrace,
    ImportPgbouncer,
    Answer
  };

  Task task = Task::Serve;
  std::vector<std::string> arguments;  // all, as they were given
  std::string config_file;             // with Serve and Check
  std::string backend;                 // with ServeWithoutFile
  std::vector<std::string> listen;     // with ServeWithoutFile
  bool is_takeover = false;            // likewise
  std::string user;                    // with Serve and ServeWithoutFile; empty: as the configuration says
  std::string trace_file;              // with ShowTrace
  std::string ini_file;                // with ImportPgbouncer
  std::string answer;                  // with Answer: the text that --help, --version or --man asked for
};

// The error is a whole text for the user: what is wrong and how to get help.
[[nodiscard]] std::expected<CommandLine, std::string> read_command_line(int argc, const char* const* argv);

}  // namespace howdah::os
