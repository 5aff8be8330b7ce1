#include "daemon/os/error_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>

#include "daemon/io/unique_fd.h"

namespace howdah::os {

namespace {

using Clock = std::chrono::steady_clock;

// A small pipe, whose writing end blocks as that of a terminal or a supervisor does.
struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    BOOST_REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    reader.reset(ends[0]);
    writer.reset(ends[1]);
    fcntl(writer.get(), F_SETPIPE_SZ, 8192);
  }

  [[nodiscard]] std::string read_once() const {
    std::string text(65536, '\0');
    const auto count = read(reader.get(), text.data(), text.size());
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text;
  }

  io::UniqueFd reader;
  io::UniqueFd writer;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(error_output, Pipe)

BOOST_AUTO_TEST_CASE(a_line_goes_out_with_its_end) {
  ErrorOutput output(writer.get());
  BOOST_TEST(output.write_line("one"));
  BOOST_TEST(output.write_line("two"));
  BOOST_TEST(read_once() == "one\ntwo\n");
}

BOOST_AUTO_TEST_CASE(a_full_pipe_loses_lines_and_waits_for_a_short_time_once) {
  ErrorOutput output(writer.get());
  const std::string line(1000, 'x');
  const auto start = Clock::now();
  int lost_count = 0;
  for (int i = 0; i < 1000; ++i) lost_count += output.write_line(line) ? 0 : 1;
  BOOST_TEST(lost_count > 900);
  BOOST_TEST((Clock::now() - start < std::chrono::seconds(5)));
  while (read_once().size() == 65536) continue;
  BOOST_TEST(output.write_line("there is room again"));
}

BOOST_AUTO_TEST_CASE(a_line_torn_by_a_full_pipe_does_not_run_into_the_next) {
  ErrorOutput output(writer.get());
  BOOST_TEST(!output.write_line(std::string(20'000, 'x')));
  BOOST_TEST(read_once().find('\n') == std::string::npos);
  BOOST_TEST(output.write_line("next"));
  BOOST_TEST(read_once() == "\nnext\n");
}

BOOST_AUTO_TEST_CASE(a_reader_that_is_gone_is_no_signal_and_no_wait) {
  ErrorOutput output(writer.get());
  reader.reset();
  const auto start = Clock::now();
  for (int i = 0; i < 100; ++i) BOOST_TEST(!output.write_line("to nobody"));
  BOOST_TEST((Clock::now() - start < std::chrono::seconds(1)));
}

BOOST_AUTO_TEST_CASE(a_closed_descriptor_loses_lines) {
  ErrorOutput output(-1);
  BOOST_TEST(!output.write_line("to nobody"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::os
