#include "config/pgbouncer/ini_file.h"

#include <boost/test/unit_test.hpp>

#include "tests/config/fake_outside.h"

namespace howdah::config::pgbouncer {

namespace {

// "section/name=value" for each setting, then the problems, a line each.
std::string read(const std::string& text, FakeOutside world = {}, const IniLimits& limits = {}) {
  world.files["p.ini"] = text;
  const auto file = read_ini_file("p.ini", world.outside(), limits);
  std::string shown;
  for (const auto& one : file.settings) shown += one.section + "/" + one.name + "=" + one.value + "\n";
  for (const auto& problem : file.problems) shown += problem.message() + "\n";
  return shown;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ini_file)

// Each was tried on PgBouncer 1.18.
BOOST_AUTO_TEST_CASE(lines_are_read_as_pgbouncer_reads_them) {
  BOOST_TEST(read("; a\n# b\n   ; c\n\n[s]\n  a = b c  \r\nd=\ne-.*_1=x;y#z\n") == "s/a=b c\ns/d=\ns/e-.*_1=x;y#z\n");
  BOOST_TEST(read("[s] ; behind the bracket\na=1") == "s/a=1\n");
  BOOST_TEST(read("[s]\nA=1\na=2\na=3\n[t]\na=4\n") == "s/A=1\ns/a=2\ns/a=3\nt/a=4\n");
  BOOST_TEST(read("[s]\na==b = c\n") == "s/a==b = c\n");
}

BOOST_AUTO_TEST_CASE(a_name_may_stand_in_quotes) {
  BOOST_TEST(read("[s]\n\"a b\"=1\n\"x\"\"y\" = 2\n") == "s/a b=1\ns/x\"y=2\n");
  BOOST_TEST(read("[s]\n\"a=1\n").starts_with("p.ini:2: found neither"));
}

BOOST_AUTO_TEST_CASE(an_included_file_goes_on_in_the_section_and_leaves_its_own) {
  const FakeOutside world{.files = {{"one", "b=2\n"}, {"two", "[t]\nc=3\n"}}};
  BOOST_TEST(read("[s]\na=1\n%include one\n%include two\nd=4\n", world) == "s/a=1\ns/b=2\nt/c=3\nt/d=4\n");
}

BOOST_AUTO_TEST_CASE(mistakes_have_their_file_and_line) {
  const FakeOutside world{.files = {{"one", "\nwhat\n"}}};
  const std::string expected = ", expected a setting (name = value), a [section], %include or a comment\n";
  BOOST_TEST(read("[s]\na b\n%include one\nx y=1\n", world) == "p.ini:2: found neither of these" + expected +
                                                                   "one:2: found neither of these" + expected +
                                                                   "p.ini:4: found neither of these" + expected);
  BOOST_TEST(read("a=1\n") == "p.ini:1: found \"a\" in no section, expected [databases] or another in front\n");
  BOOST_TEST(read("[s\n") == "p.ini:1: found a section without ], expected one in brackets\n");
  BOOST_TEST(read("[s]\n%include\n") == "p.ini:2: found \"%include\", expected %include and a path\n");
  BOOST_TEST(read("[s]\n%INCLUDE x\n") == "p.ini:2: found \"%INCLUDE x\", expected %include and a path\n");
  BOOST_TEST(read("[s]\n%include no\n") == "p.ini:2: the file \"no\" cannot be read: no such file\n");
  BOOST_TEST(read("[s]\na=\xff\n").starts_with("p.ini:2: found "));
}

BOOST_AUTO_TEST_CASE(the_file_itself_may_be_missing) {
  BOOST_TEST(read_ini_file("no.ini", FakeOutside().outside()).problems.front().message() ==
             "no.ini: the file \"no.ini\" cannot be read: no such file");
}

BOOST_AUTO_TEST_CASE(hostile_files_cost_a_bounded_amount) {
  BOOST_TEST(read("%include p.ini\n").find("included too deeply") != std::string::npos);
  BOOST_TEST(read("[s]\n%include big\n", {.files = {{"big", std::string(100, 'x')}}}, {.bytes = 50}).find("too much") !=
             std::string::npos);
  std::string many = "[s]\n";
  for (int i = 0; i < 1000; ++i) many += "?\n";
  const auto file = read_ini_file("p.ini", FakeOutside{.files = {{"p.ini", many}}}.outside(), {.problems = 10});
  BOOST_TEST(file.problems.size() == 10);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config::pgbouncer
