#include "daemon/os/command.h"

#include <boost/test/unit_test.hpp>

namespace howdah::os {

namespace {

using namespace std::chrono_literals;

const std::atomic<bool> kGoesOn = false;

std::string line_of(const std::string& command) {
  const auto output = run_command(command, 10s, kGoesOn);
  return output ? std::string(output->first_line.view()) : "failed: " + output.error();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(command)

BOOST_AUTO_TEST_CASE(the_first_line_is_taken) {
  BOOST_TEST(line_of("echo secret") == "secret");
  BOOST_TEST(line_of("printf secret") == "secret");
  BOOST_TEST(line_of("printf 'secret\\r\\nmore\\n'") == "secret");
  BOOST_TEST(line_of("printf ' two  words '") == " two  words ");
  BOOST_TEST(line_of("sleep 0.1; echo late") == "late");
}

BOOST_AUTO_TEST_CASE(a_failure_says_why_and_nothing_that_was_printed) {
  BOOST_TEST(line_of("echo secret; exit 3") == "failed: its exit status is 3");
  BOOST_TEST(line_of("echo secret; echo sorry >&2; exit 3") == "failed: its exit status is 3, it said: sorry\n");
  BOOST_TEST(line_of("kill -TERM $$") == "failed: it was ended by signal 15");
  BOOST_TEST(line_of("true") == "failed: it has printed no line");
  BOOST_TEST(line_of("echo") == "failed: it has printed no line");
  BOOST_TEST(line_of("head -c 100000 /dev/zero | tr '\\0' x") == "failed: its line is too long");
  BOOST_TEST(line_of("no_such_command_anywhere").starts_with("failed: its exit status is 127"));
}

BOOST_AUTO_TEST_CASE(its_complaints_are_bounded_and_kept) {
  const auto output = run_command("echo careful >&2; echo secret; head -c 100000 /dev/zero >&2", 10s, kGoesOn);
  BOOST_TEST(output.value().complaints.size() == 1000U);
  BOOST_TEST(output.value().complaints.starts_with("careful\n"));
}

BOOST_AUTO_TEST_CASE(it_reads_nothing_and_ends_in_time) {
  BOOST_TEST(line_of("cat; echo done") == "done");
  const auto begun = std::chrono::steady_clock::now();
  BOOST_TEST(!run_command("sleep 60", 100ms, kGoesOn).has_value());
  BOOST_TEST(!run_command("sleep 60 & sleep 60", 100ms, kGoesOn).has_value());
  BOOST_TEST(!run_command("while :; do echo x; done", 100ms, kGoesOn).has_value());
  const std::atomic<bool> is_ending = true;
  BOOST_TEST(!run_command("sleep 60", 60s, is_ending).has_value());
  BOOST_TEST((std::chrono::steady_clock::now() - begun < 20s));
}

BOOST_AUTO_TEST_CASE(what_is_left_in_the_background_does_not_hold_it) {
  const auto begun = std::chrono::steady_clock::now();
  BOOST_TEST(line_of("sleep 5 & echo secret") == "secret");
  BOOST_TEST((std::chrono::steady_clock::now() - begun < 4s));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::os
