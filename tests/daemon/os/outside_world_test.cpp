#include "daemon/os/outside_world.h"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <string>

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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::os
