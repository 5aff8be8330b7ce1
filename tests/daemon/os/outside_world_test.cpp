#include "daemon/os/outside_world.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

namespace howdah::os {

namespace {

// A file in a folder of its own, gone at the end.
struct TemporaryFile {
  TemporaryFile() {
    BOOST_REQUIRE(mkdtemp(folder.data()) != nullptr);
    path = folder + "/file";
  }
  ~TemporaryFile() {
    unlink(path.c_str());
    rmdir(folder.c_str());
  }
  void write(const std::string& content) const {
    auto* file = fopen(path.c_str(), "we");
    BOOST_REQUIRE(file != nullptr);
    BOOST_REQUIRE(fwrite(content.data(), 1, content.size(), file) == content.size());
    fclose(file);
  }

  std::string folder = "/tmp/howdah-test-XXXXXX";
  std::string path;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(outside, TemporaryFile)

BOOST_AUTO_TEST_CASE(a_file_is_read_whole) {
  for (const auto size : {0u, 1u, 65536u, 65537u, 1'000'000u}) {
    const std::string content(size, '\0');
    write(content);
    BOOST_TEST((read_file(path) == content));
  }
}

BOOST_AUTO_TEST_CASE(a_file_without_end_is_refused) {
  BOOST_TEST(read_file("/dev/zero").error() == "the file is larger than 16 MiB");
}

BOOST_AUTO_TEST_CASE(a_missing_file_and_a_folder_are_told) {
  BOOST_TEST(read_file(path).error() == "No such file or directory");
  BOOST_TEST(read_file(folder).error() == "Is a directory");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_looked_at_exists) {
  const auto world = outside_world();
  BOOST_TEST(!world.file_exists(path));
  BOOST_TEST(!world.file_exists(path + "/below"));
  write("x");
  BOOST_TEST(world.file_exists(path));
  BOOST_TEST(world.file_exists(std::string(10'000, 'x')));
}

BOOST_AUTO_TEST_CASE(a_secret_is_ours_alone) {
  BOOST_TEST(check_privacy(path).error() == "No such file or directory");
  BOOST_TEST(check_privacy(folder).error() == "it is not a regular file");
  write("x");
  for (const mode_t mode : {0600U, 0400U, 0700U}) {
    BOOST_REQUIRE(chmod(path.c_str(), mode) == 0);
    BOOST_TEST(check_privacy(path).has_value());
  }
  BOOST_REQUIRE(chmod(path.c_str(), 0640) == 0);
  BOOST_TEST(check_privacy(path).has_value() == (geteuid() == 0));
  BOOST_REQUIRE(chmod(path.c_str(), 0604) == 0);
  BOOST_TEST(check_privacy(path).error() == "group or others have access, mode 0604");
  BOOST_REQUIRE(chmod(path.c_str(), 0660) == 0);
  BOOST_TEST(check_privacy(path).error() == "group or others have access, mode 0660");
}

BOOST_AUTO_TEST_CASE(a_variable_of_the_environment_may_be_empty_or_missing) {
  const auto world = outside_world();
  setenv("HOWDAH_TEST_VARIABLE", "", 1);
  BOOST_TEST((world.environment("HOWDAH_TEST_VARIABLE") == ""));
  unsetenv("HOWDAH_TEST_VARIABLE");
  BOOST_TEST(!world.environment("HOWDAH_TEST_VARIABLE").has_value());
}

BOOST_AUTO_TEST_CASE(libpq_judges_connection_strings) {
  const auto world = outside_world();
  BOOST_TEST(world.check_backend("postgresql://app@[::1]:5432/db?sslmode=require").has_value());
  BOOST_TEST(world.check_backend("host=a port=5432").has_value());
  BOOST_TEST(world.check_backend("hots=a").error() == "invalid connection option \"hots\"");
}

BOOST_AUTO_TEST_CASE(a_pipe_is_read_to_its_end_and_one_that_says_nothing_is_not_waited_for_for_ever) {
  BOOST_REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  {
    const std::jthread writer([this] {
      std::ofstream out(path);
      out << "one " << std::flush << "two";
    });
    BOOST_TEST(read_file(path).value() == "one two");
  }
  const auto silent = read_file(path, std::chrono::milliseconds(10));
  BOOST_REQUIRE(!silent);
  BOOST_TEST(silent.error() == "it is no file, and says nothing");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::os
