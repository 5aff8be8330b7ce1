#include "daemon/os/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>
#include <string_view>

#include "config/configuration.h"
#include "daemon/os/manual.h"

namespace howdah::os {

namespace {

using Task = CommandLine::Task;

constexpr auto kAbout =
    "Howdah pools PostgreSQL connections: many clients share few servers. It runs in the foreground\n"
    "and logs to standard error. SIGTERM lets transactions finish, SIGINT ends at once.";

struct Flags {
  bool describe_config = false;
  bool example_config = false;
  std::string checked_file;
  std::string page;
};

// What an option needs and excludes stands in the usage, not behind each name.
class HelpFormatter final : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App*, std::string) const override {
    return "\nUsage: howdah [-c FILE] [--takeover]\n"
           "       howdah --backend DSN [--listen ADDRESS]...\n"
           "       howdah --check FILE | --describe-config | --example-config | --man PAGE | --show-trace FILE\n"
           "       howdah --import-pgbouncer pgbouncer.ini > howdah.yaml\n";
  }
  std::string make_option_opts(const CLI::Option* option) const override {
    const auto type = option->get_type_name();
    return type.empty() ? "" : " " + type;
  }
};

void declare_options(CLI::App& parser, CommandLine& command, Flags& flags) {
  command.config_file = "/etc/howdah/howdah.yaml";
  command.listen = {"127.0.0.1:6432"};
  auto* config =
      parser.add_option("-c,--config", command.config_file, "Serve as this file says (/etc/howdah/howdah.yaml)")
          ->type_name("FILE");
  auto* backend =
      parser.add_option("--backend", command.backend, "Serve without a file: every database of this PostgreSQL")
          ->type_name("DSN")
          ->excludes(config);
  parser.add_option("--listen", command.listen, "Where to, with --backend (127.0.0.1:6432); may be repeated")
      ->type_name("ADDRESS")
      ->allow_extra_args(false)
      ->needs(backend);
  parser.add_flag(
      "--takeover", command.is_takeover,
      "Take the place of the howdah that listens at the setting `takeover.socket`; start as usual where none "
      "does");
  parser.add_option("--user", command.user, "Started as root: run as this user, in place of the setting `user`")
      ->type_name("NAME");
  auto* check = parser.add_option("--check", flags.checked_file, "Tell every mistake in this file, and end")
                    ->type_name("FILE")
                    ->excludes(config, backend);
  auto* describe =
      parser.add_flag("--describe-config", flags.describe_config, "Print the reference of all settings, and end")
          ->excludes(config, backend, check);
  auto* example = parser.add_flag("--example-config", flags.example_config, "Print a file with all settings, and end")
                      ->excludes(config, backend, check, describe);
  parser
      .add_option("--import-pgbouncer", command.ini_file,
                  "Print the configuration that does what this pgbouncer.ini says, and end")
      ->type_name("FILE")
      ->excludes(config, backend, check, describe, example);
  parser.add_option("--show-trace", command.trace_file, "Print what TRACE CLIENT has written to this file, and end")
      ->type_name("FILE")
      ->excludes(config, backend, check, describe, example);
  parser.add_option("--man", flags.page, "Print this page of the manual: howdah or howdah.yaml, and end")
      ->type_name("PAGE")
      ->check(CLI::IsMember({"howdah", "howdah.yaml"}))
      ->excludes(config, backend, check, describe, example);
  parser.formatter(std::make_shared<HelpFormatter>());
  parser.set_version_flag("-V,--version", "howdah " HOWDAH_VERSION, "Print the version, and end");
  parser.set_help_flag("-h,--help", "Print this help, and end");
}

// What the help says, for the manual.
std::vector<ManualEntry> manual_entries(const CLI::App& parser) {
  std::vector<ManualEntry> entries;
  for (const auto* option : parser.get_options()) {
    entries.push_back({.names = option->get_name(false, true),
                       .value = option->get_type_name(),
                       .meaning = option->get_description()});
  }
  return entries;
}

std::string manual_page(const CLI::App& parser, const std::string& name) {
  return name == "howdah" ? program_manual(manual_entries(parser)) : config::option_manual();
}

void choose_task(CommandLine& command, const Flags& flags) {
  if (!command.backend.empty()) command.task = Task::ServeWithoutFile;
  if (flags.describe_config) command.task = Task::DescribeConfig;
  if (flags.example_config) command.task = Task::ShowExampleConfig;
  if (!command.trace_file.empty()) command.task = Task::ShowTrace;
  if (!command.ini_file.empty()) command.task = Task::ImportPgbouncer;
  if (!flags.checked_file.empty()) {
    command.task = Task::Check;
    command.config_file = flags.checked_file;
  }
}

// Whoever comes from PgBouncer may try its file first.
bool is_ini_file(std::string_view path) {
  return path.ends_with(".ini") && !path.starts_with('-');
}

std::string how_to_import(const std::string& path) {
  return "howdah: " + path +
         " looks like a configuration of PgBouncer's. What does the same here is printed by\n"
         "    howdah --import-pgbouncer " +
         path + " > howdah.yaml\nHowdah then starts with --config howdah.yaml, which may hold passwords (chmod 600).\n";
}

}  // namespace

std::expected<CommandLine, std::string> read_command_line(int argc, const char* const* argv) {
  CommandLine command;
  Flags flags;
  CLI::App parser(kAbout, "howdah");
  try {
    declare_options(parser, command, flags);
    parser.parse(argc, argv);
  } catch (const CLI::Error& end) {
    std::ostringstream answer;
    std::ostringstream complaint;
    const bool is_answer = parser.exit(end, answer, complaint) == 0;
    const auto* const ini_file = std::find_if(argv + std::min(argc, 1), argv + argc, is_ini_file);
    const bool is_lone_file = argc == 2 && ini_file != argv + argc;
    if (is_lone_file) return std::unexpected(how_to_import(*ini_file));
    if (!is_answer) return std::unexpected("howdah: " + complaint.str());
    command.task = Task::Answer;
    command.answer = answer.str();
    return command;
  }
  command.arguments.assign(argv + std::min(argc, 1), argv + argc);
  choose_task(command, flags);
  const bool reads_file = command.task == Task::Serve || command.task == Task::Check;
  if (reads_file && is_ini_file(command.config_file)) return std::unexpected(how_to_import(command.config_file));
  if (!flags.page.empty()) {
    command.task = Task::Answer;
    command.answer = manual_page(parser, flags.page);
  }
  return command;
}

}  // namespace howdah::os
