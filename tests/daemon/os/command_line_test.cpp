#include "daemon/os/command_line.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

namespace howdah::os {

namespace {

using Arguments = std::vector<const char*>;
using Task = CommandLine::Task;

std::expected<CommandLine, std::string> read(Arguments arguments) {
  arguments.insert(arguments.begin(), "howdah");
  return read_command_line(static_cast<int>(arguments.size()), arguments.data());
}

struct Mistake {
  Arguments arguments;
  std::string told;
};

std::ostream& operator<<(std::ostream& out, const Mistake& mistake) {
  for (const auto* argument : mistake.arguments) out << argument << ' ';
  return out;
}

const std::vector<Mistake> kMistakes = {
    {{"--no-such-option"}, "--no-such-option"},
    {{"stray"}, "stray"},
    {{"--config"}, "--config"},
    {{"--check="}, "--check"},
    {{"--listen", ":6432"}, "--backend"},
    {{"--listen", ":6432", "--config", "a"}, "--backend"},
    {{"--backend", "host=a", "--config", "b"}, "--config"},
    {{"--backend="}, "--backend"},
    {{"--check", "a", "--config", "b"}, "--check"},
    {{"--check", "a", "--backend", "host=b"}, "--check"},
    {{"--describe-config", "--check", "a"}, "--check"},
    {{"--describe-config", "--example-config"}, "--describe-config"},
    {{"--config", "a", "--config", "b"}, "--config"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(command_line)

BOOST_AUTO_TEST_CASE(without_arguments_the_usual_file_is_served) {
  const auto command = read({});
  BOOST_REQUIRE(command);
  BOOST_TEST((command->task == Task::Serve));
  BOOST_TEST(command->config_file == "/etc/howdah/howdah.yaml");
}

BOOST_AUTO_TEST_CASE(a_file_is_named_in_any_spelling) {
  for (const auto& arguments : {Arguments{"--config", "a.yaml"}, {"--config=a.yaml"}, {"-c", "a.yaml"}, {"-ca.yaml"}}) {
    const auto command = read(arguments);
    BOOST_REQUIRE(command);
    BOOST_TEST((command->task == Task::Serve));
    BOOST_TEST(command->config_file == "a.yaml");
  }
}

BOOST_AUTO_TEST_CASE(a_backend_is_served_without_a_file) {
  const auto command = read({"--backend", "postgresql://db"});
  BOOST_REQUIRE(command);
  BOOST_TEST((command->task == Task::ServeWithoutFile));
  BOOST_TEST(command->backend == "postgresql://db");
  BOOST_TEST(command->listen == std::vector<std::string>{"127.0.0.1:6432"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(listen_may_be_repeated) {
  const auto command = read({"--listen", ":1", "--backend", "host=db", "--listen", "unix:/run"});
  BOOST_REQUIRE(command);
  BOOST_TEST(command->listen == (std::vector<std::string>{":1", "unix:/run"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_file_is_checked) {
  const auto command = read({"--check", "a.yaml"});
  BOOST_REQUIRE(command);
  BOOST_TEST((command->task == Task::Check));
  BOOST_TEST(command->config_file == "a.yaml");
}

BOOST_AUTO_TEST_CASE(documents_are_asked_for) {
  BOOST_TEST((read({"--describe-config"}).value().task == Task::DescribeConfig));
  BOOST_TEST((read({"--example-config"}).value().task == Task::ShowExampleConfig));
  const auto trace = read({"--show-trace", "file"});
  BOOST_REQUIRE(trace.has_value());
  BOOST_TEST((trace->task == Task::ShowTrace));
  BOOST_TEST(trace->trace_file == "file");
}

BOOST_AUTO_TEST_CASE(help_and_version_are_answers) {
  for (const auto* option : {"--help", "-h"}) {
    const auto help = read({option});
    BOOST_REQUIRE(help);
    BOOST_TEST((help->task == Task::Answer));
    for (const auto* word : {"--config", "--check", "--backend", "--listen", "--describe-config", "--version"}) {
      BOOST_TEST(help->answer.contains(word), word);
    }
  }
  for (const auto* option : {"--version", "-V"}) {
    const auto version = read({option});
    BOOST_REQUIRE(version);
    BOOST_TEST(version->answer == "howdah " HOWDAH_VERSION "\n");
  }
}

BOOST_DATA_TEST_CASE(a_mistake_is_told_with_a_way_to_help, kMistakes, mistake) {
  const auto command = read(mistake.arguments);
  BOOST_REQUIRE(!command);
  BOOST_TEST(command.error().starts_with("howdah: "));
  BOOST_TEST(command.error().contains(mistake.told), command.error());
  BOOST_TEST(command.error().contains("--help"), command.error());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::os
