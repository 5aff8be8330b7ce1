#include "daemon/os/file_watch.h"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <tuple>
#include <vector>

namespace howdah::os {

namespace {

struct Fixture {
  Fixture() { BOOST_REQUIRE(mkdtemp(folder.data()) != nullptr); }
  ~Fixture() { std::filesystem::remove_all(folder); }

  void write(const std::string& name, const std::string& content) const { std::ofstream(path(name)) << content; }
  [[nodiscard]] std::string path(const std::string& name) const { return folder + "/" + name; }
  // A reading that looks at these files, and comes to nothing if `is_right` is not.
  void read(const std::vector<std::string>& names, bool is_right = true) {
    std::ignore = watch.read([&](const config::Outside& outside) -> FileWatch::Read {
      for (const auto& name : names) std::ignore = outside.read_file(path(name));
      if (is_right) return config::Settings();
      return std::unexpected(std::vector<config::Problem>{{.file = "x", .line = 1, .text = "wrong"}});
    });
  }

  std::string folder = "/tmp/howdah-watch-XXXXXX";
  FileWatch watch;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(file_watch, Fixture)

BOOST_AUTO_TEST_CASE(before_anything_was_read_nothing_changes) {
  write("main", "1");
  BOOST_TEST(!watch.find_change());
}

BOOST_AUTO_TEST_CASE(a_file_that_is_written_to_has_changed) {
  write("main", "1");
  write("users", "1");
  read({"main", "users"});
  BOOST_TEST(!watch.find_change());
  write("users", "22");
  BOOST_TEST((watch.find_change() == path("users")));
  read({"main", "users"});
  BOOST_TEST(!watch.find_change());
}

BOOST_AUTO_TEST_CASE(what_a_failed_reading_has_seen_is_not_looked_at_again) {
  write("main", "1");
  read({"main"});
  write("main", "half");
  BOOST_TEST(watch.find_change().has_value());
  read({"main"}, false);
  BOOST_TEST(!watch.find_change());
  write("main", "whole now");
  BOOST_TEST(watch.find_change().has_value());
}

BOOST_AUTO_TEST_CASE(another_file_in_its_place_is_a_change_and_so_is_none_or_who_may_read_it) {
  write("main", "1");
  write("next", "1");
  read({"main"});
  std::filesystem::rename(path("next"), path("main"));
  BOOST_TEST(watch.find_change().has_value());
  read({"main"});
  std::filesystem::permissions(path("main"), std::filesystem::perms::owner_read);
  BOOST_TEST(watch.find_change().has_value());
  read({"main"});
  std::filesystem::remove(path("main"));
  BOOST_TEST(watch.find_change().has_value());
  read({"main"});
  BOOST_TEST(!watch.find_change());
  write("main", "1");
  BOOST_TEST(watch.find_change().has_value());
}

BOOST_AUTO_TEST_CASE(what_is_written_while_it_is_read_is_a_change) {
  write("main", "1");
  std::ignore = watch.read([&](const config::Outside& outside) -> FileWatch::Read {
    BOOST_TEST(outside.read_file(path("main")).value() == "1");
    write("main", "22");
    std::ignore = outside.read_file(path("main"));
    return config::Settings();
  });
  BOOST_TEST(watch.find_change().has_value());
}

BOOST_AUTO_TEST_CASE(files_that_are_read_no_longer_are_forgotten) {
  write("main", "1");
  write("users", "1");
  read({"main", "users"});
  read({"main"});
  write("users", "22");
  BOOST_TEST(!watch.find_change());
}

BOOST_AUTO_TEST_CASE(a_reading_done_elsewhere_can_be_noted) {
  write("main", "1");
  read({"main"});
  FileWatch other;
  other.note(watch.stamps());
  BOOST_TEST(!other.find_change());
  write("main", "22");
  BOOST_TEST(other.find_change().has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::os
