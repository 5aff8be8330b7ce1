#include "daemon/server/command_password.h"

#include <boost/test/unit_test.hpp>
#include <deque>

#include "tests/support/play/manual_loop.h"

namespace howdah::server {

namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

struct Commands {
  void ask() {
    loop.turn([&] {
      source.ask(loop, [this](const auto& answer) {
        heard.push_back(answer ? std::string(answer->password.view()) : answer.error().sqlstate);
      });
    });
  }
  // What is off-loaded runs now.
  void run() {
    auto work = std::move(works.front());
    works.pop_front();
    loop.turn(work);
  }
  void prints(const char* line) {
    output = os::CommandOutput{.first_line = protocol::SecretText(line), .complaints = {}};
  }

  tests::ManualLoop loop;
  config::DatabaseSettings entry{.name = "shop", .password_ttl = 60s};
  std::deque<std::function<void()>> works;
  CommandPassword::Result output = std::unexpected("nothing yet");
  std::vector<std::string> lines;
  os::Log log{config::LogLevel::Debug, config::LogFormat::Text,
              [this](std::string_view line) { lines.emplace_back(line.substr(line.find(' ') + 1)); }};
  bool is_full = false;
  CommandPassword source{entry,
                         {.off_load =
                              [this](auto work) {
                                if (!is_full) works.push_back(std::move(work));
                                return !is_full;
                              },
                          .run = [this] { return output; },
                          .now = [this] { return loop.now(); },
                          .log = log}};
  Words heard;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(command_password)

BOOST_AUTO_TEST_CASE(it_is_run_once_for_all_who_ask_meanwhile_and_then_remembered) {
  Commands commands;
  commands.prints("secret");
  commands.ask();
  commands.ask();
  BOOST_TEST(commands.works.size() == 1U);
  BOOST_TEST(commands.heard.empty());
  commands.run();
  commands.ask();
  BOOST_TEST(commands.works.empty());
  BOOST_TEST(commands.heard == (Words{"secret", "secret", "secret"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(it_is_run_again_after_its_time) {
  Commands commands;
  commands.prints("first");
  commands.ask();
  commands.run();
  commands.loop.jump(60s);
  commands.prints("second");
  commands.ask();
  commands.run();
  BOOST_TEST(commands.heard == (Words{"first", "second"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_the_backend_refuses_is_asked_for_again_and_a_newer_one_is_kept) {
  Commands commands;
  commands.prints("first");
  commands.ask();
  commands.run();
  BOOST_TEST(commands.source.refuse({.password = protocol::SecretText("first")}));
  commands.prints("second");
  commands.ask();
  commands.run();
  BOOST_TEST(commands.source.refuse({.password = protocol::SecretText("first")}));
  commands.ask();
  BOOST_TEST(commands.works.empty());
  BOOST_TEST(commands.heard == (Words{"first", "second", "second"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_failure_is_told_to_all_and_tried_again) {
  Commands commands;
  commands.ask();
  commands.ask();
  commands.run();
  commands.prints("secret");
  commands.ask();
  commands.run();
  BOOST_TEST(commands.heard == (Words{"08001", "08001", "secret"}), boost::test_tools::per_element());
  BOOST_TEST(commands.lines.size() == 1U);
  BOOST_TEST(commands.lines.at(0).find("secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(too_much_work_is_an_error_at_once) {
  Commands commands;
  commands.is_full = true;
  commands.ask();
  BOOST_TEST(commands.heard == (Words{"08001"}), boost::test_tools::per_element());
  commands.is_full = false;
  commands.prints("secret");
  commands.ask();
  commands.run();
  BOOST_TEST(commands.heard.back() == "secret");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::server
