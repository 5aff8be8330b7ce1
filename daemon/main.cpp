// The program `howdah`: reads its arguments and its configuration, and serves.
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <tuple>

#include "config/configuration.h"
#include "config/pgbouncer/import.h"
#include "daemon/os/command_line.h"
#include "daemon/os/core_dumps.h"
#include "daemon/os/descriptors.h"
#include "daemon/os/file_watch.h"
#include "daemon/os/outside_world.h"
#include "daemon/os/privileges.h"
#include "daemon/os/service_sockets.h"
#include "daemon/root_start.h"
#include "daemon/service.h"
#include "daemon/takeover/inheritance.h"
#include "daemon/trace/trace_text.h"

namespace howdah {

namespace {

using os::CommandLine;
using Configuration = std::expected<config::Settings, std::vector<config::Problem>>;

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kWrongUse = 2;  // of the command line or in the configuration

int print(const std::string& text) {
  std::cout << text << std::flush;
  return std::cout ? kDone : kFailed;
}

int complain(const std::vector<config::Problem>& problems) {
  for (const auto& problem : problems) std::cerr << problem.message() << '\n';
  return kWrongUse;
}

Configuration read_configuration(const CommandLine& command, const config::Outside& outside) {
  if (command.task == CommandLine::Task::ServeWithoutFile) {
    return config::configuration_without_file(command.backend, command.listen, outside);
  }
  const auto text = outside.read_file(command.config_file);
  if (text) return config::read_configuration(*text, command.config_file, outside);
  const config::Problem problem{.file = command.config_file, .line = 0, .text = "cannot read: " + text.error()};
  return std::unexpected(std::vector{problem});
}

int check(const CommandLine& command) {
  const auto configuration = read_configuration(command, os::outside_world());
  if (!configuration) return complain(configuration.error());
  return print(command.config_file + ": ok\n");
}

int refuse(const std::string& why, int status) {
  std::cerr << "howdah: " << why << '\n';
  return status;
}

// Nothing where nobody has the place.
std::expected<std::optional<takeover::Inheritance>, std::string> take_over(const CommandLine& command,
                                                                           const config::Settings& settings,
                                                                           io::InheritedListeners& inherited) {
  if (settings.takeover.socket.empty()) return std::nullopt;
  const auto& user = command.user.empty() ? settings.user : command.user;
  auto inheritance = takeover::ask_for_inheritance(settings.takeover.socket, os::user_id(user));
  if (!inheritance) return std::unexpected("cannot take over: " + inheritance.error());
  if (!*inheritance) return std::nullopt;
  using Kind = io::InheritedListeners::Kind;
  auto added = inherited.add(std::move((*inheritance)->given), Kind::Given);
  if (added) added = inherited.add(std::move((*inheritance)->lent), Kind::Lent);
  if (!added) return std::unexpected("cannot take over: " + added.error());
  return inheritance;
}

int serve(const CommandLine& command) {
  io::InheritedListeners inherited;
  const auto passed = inherited.add(os::take_service_sockets(), io::InheritedListeners::Kind::Lent);
  if (!passed) return refuse(passed.error(), kFailed);
  const auto files = std::make_shared<os::FileWatch>();
  const auto read = [command, files] {
    return files->read([&command](const auto& outside) { return read_configuration(command, outside); });
  };
  auto configuration = read();
  std::optional<takeover::Inheritance> inheritance;
  if (configuration && command.is_takeover) {
    auto inherits = take_over(command, *configuration, inherited);
    if (!inherits) return refuse(inherits.error(), kFailed);
    inheritance = *std::move(inherits);
  }
  if (configuration && os::is_root()) {
    const auto left = leave_root(command.user.empty() ? configuration->user : command.user, *configuration, inherited);
    if (!left) return refuse(left.error(), kWrongUse);
    configuration = read();  // as who we are now: a reload will have to
  }
  if (!configuration) return complain(configuration.error());
  const auto settings = std::make_shared<const config::Settings>(std::move(*configuration));
  if (!settings->core_dumps) os::forbid_core_dumps();
  os::Log log(settings->log.level, settings->log.format);
  const App::ConfigurationSource source{.read = read, .find_change = [files] { return files->find_change(); }};
  Service service(settings, log,
                  {.source = source,
                   .inherited = std::move(inherited),
                   .inheritance = std::move(inheritance),
                   .arguments = command.arguments});
  return service.run() ? kDone : kFailed;
}

// What it needs before it can be used, such as files that others must not read, is told beside it.
int import_pgbouncer(const std::string& path) {
  const auto outside = os::outside_world();
  const auto yaml = config::import_pgbouncer(path, outside);
  if (!yaml) return complain(yaml.error());
  const auto configuration = config::read_configuration_from_memory(*yaml, "the printed configuration", outside);
  if (!configuration) std::ignore = complain(configuration.error());
  return print(*yaml);
}

int show_trace(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  auto printed = std::expected<void, std::string>(std::unexpect, "cannot be opened");
  if (file) printed = trace::print_trace(file, std::cout);
  std::cout << std::flush;
  if (printed) return std::cout ? kDone : kFailed;
  std::cerr << path << ": " << printed.error() << '\n';
  return kFailed;
}

int run(const CommandLine& command) {
  switch (command.task) {
    case CommandLine::Task::Serve:
    case CommandLine::Task::ServeWithoutFile:
      return serve(command);
    case CommandLine::Task::Check:
      return check(command);
    case CommandLine::Task::DescribeConfig:
      return print(config::describe_options());
    case CommandLine::Task::ShowExampleConfig:
      return print(config::example_configuration());
    case CommandLine::Task::ImportPgbouncer:
      return import_pgbouncer(command.ini_file);
    case CommandLine::Task::ShowTrace:
      return show_trace(command.trace_file);
    case CommandLine::Task::Answer:
      return print(command.answer);
  }
  return kWrongUse;
}

}  // namespace

}  // namespace howdah

int main(int argc, char** argv) {
  howdah::os::fill_standard_descriptors();
  const auto command = howdah::os::read_command_line(argc, argv);
  if (command) return howdah::run(*command);
  std::cerr << command.error();
  return howdah::kWrongUse;
}
