#include "config/ident_file.h"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sstream>

#include "fake_outside.h"

namespace howdah::config {

namespace {

IdentFile read(const std::string& text, FakeOutside world = {}) {
  world.files["/etc/ident"] = text;
  return read_ident_file("/etc/ident", world.outside()).value();
}

std::string said_of_file(const std::string& text) {
  std::string said;
  for (const auto& problem : read(text).problems) said += (said.empty() ? "" : "\n") + problem.message();
  return said;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ident_file)

BOOST_AUTO_TEST_CASE(lines_of_one_name_are_one_map) {
  const auto maps = read(
                        "# MAPNAME SYSTEM DATABASE\n"
                        "staff ann app\n"
                        "other  bob  bob\n"
                        "staff \"/^(.*)@x$\" \\1   # all of x\n"
                        "staff \"an admin\" \"all\"\n")
                        .maps;
  BOOST_TEST(maps.size() == 2U);
  BOOST_TEST(map_allows(maps, "staff", "ann", "app"));
  BOOST_TEST(map_allows(maps, "staff", "eve@x", "eve"));
  BOOST_TEST(map_allows(maps, "staff", "an admin", "all"));
  BOOST_TEST(!map_allows(maps, "staff", "an admin", "app"));
  BOOST_TEST(!map_allows(maps, "staff", "bob", "bob"));
  BOOST_TEST(map_allows(maps, "other", "bob", "bob"));
}

BOOST_AUTO_TEST_CASE(other_files_are_included) {
  const FakeOutside world{.files = {{"/etc/more", "m ann app\n"}}};
  BOOST_TEST(map_allows(read("include more\n", world).maps, "m", "ann", "app"));
}

BOOST_AUTO_TEST_CASE(mistakes_are_told_with_their_lines) {
  BOOST_TEST(said_of_file("m\nm a\nm a,b c\nm /( c\nm a +c\nm /a \\1\nm a b\n") ==
             "/etc/ident:1: found 1 field, expected three: the map, the system's user, the database's user\n"
             "/etc/ident:2: found 2 fields, expected three: the map, the system's user, the database's user\n"
             "/etc/ident:3: found several values with commas, expected one\n"
             "/etc/ident:4: found \"/(\" (its parentheses are not balanced), expected a name, or / and a regular "
             "expression\n"
             "/etc/ident:5: found \"+c\" (roles by their members (+) are not supported), expected a name, or / and a "
             "regular expression\n"
             "/etc/ident:6: found \"\\1\" (\\1 stands for the first group in parentheses of the other side, which has "
             "none), expected a name, or / and a regular expression");
}

BOOST_AUTO_TEST_CASE(the_sample_of_this_machine_is_read) {
  for (const auto* version : {"15", "16", "17", "18"}) {
    std::ifstream file("/usr/share/postgresql/" + std::string(version) + "/pg_ident.conf.sample");
    if (!file) continue;
    std::stringstream sample;
    sample << file.rdbuf();
    BOOST_TEST(said_of_file(sample.str()) == "");
    BOOST_TEST(read(sample.str()).maps.empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
