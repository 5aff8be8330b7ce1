#include "config/name_pattern.h"

#include <boost/test/unit_test.hpp>

namespace howdah::config {

namespace {

bool takes(const std::string& text, std::string_view name) {
  return NamePattern::parse(text).value().matches(name, "u");
}

std::string error_of(const std::string& text) {
  const auto pattern = NamePattern::parse(text);
  return pattern ? "none" : pattern.error();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(name_patterns)

BOOST_AUTO_TEST_CASE(a_name_takes_just_that_name) {
  BOOST_TEST(takes("app", "app"));
  for (const auto* other : {"App", "app ", "ap", "", "xapp"}) BOOST_TEST(!takes("app", other));
  BOOST_TEST(!takes(".*", "app"));
}

BOOST_AUTO_TEST_CASE(sameuser_takes_the_database_that_is_called_as_the_user) {
  BOOST_TEST(NamePattern::same_user().matches("u", "u"));
  BOOST_TEST(!NamePattern::same_user().matches("sameuser", "u"));
}

BOOST_AUTO_TEST_CASE(an_expression_is_found_anywhere_unless_it_says_where) {
  BOOST_TEST(takes("/app", "my_apps"));
  BOOST_TEST(takes("/^app", "apps"));
  BOOST_TEST(!takes("/^app", "my_app"));
  BOOST_TEST(takes(R"(/^db\d{2,4}$)", "db123"));
  BOOST_TEST(!takes(R"(/^db\d{2,4}$)", "db12345"));
  BOOST_TEST(takes("/(?i)^APP$", "app"));
}

BOOST_AUTO_TEST_CASE(ends_are_those_of_the_name_and_a_dot_is_any_byte) {
  BOOST_TEST(!takes("/^app$", "app\n"));
  BOOST_TEST(!takes("/^app$", "x\napp"));
  BOOST_TEST(takes("/^a.b$", "a\nb"));
  BOOST_TEST(takes("/^a.b$",
                   "a\xff"
                   "b"));
  BOOST_TEST(takes("/^.*$", "\xc3\x28"));
}

BOOST_AUTO_TEST_CASE(what_is_not_supported_is_refused) {
  BOOST_TEST(error_of("/") == "it is empty");
  BOOST_TEST(error_of("/(a") == "its parentheses are not balanced");
  BOOST_TEST(error_of("/[a") == "its brackets are wrong");
  BOOST_TEST(error_of("/(a)\\1") == "it has an escape that is not supported");
  BOOST_TEST(error_of("/a(?=b)") == "it has a form of (? that is not supported");
  BOOST_TEST(error_of("/\\bapp\\b") == "\\b, \\B, [. and [= are not supported");
  for (const auto* text : {"/[[.a.]]", "/[[=a=]]", "/[x[.a.]]", "/[]\\b[:a", "/[[:alpha:][=a=]]", "/\\Ba", "/\\mapp",
                           "/\\yapp", "/(?x)a b", "/***=a.b", "/a\\Z"}) {
    BOOST_TEST(error_of(text) != "none", text);
  }
  for (const auto* text : {"/\\\\b", "/a[.]b[.]c", "/[=]", "/[]a]", "/[^]a]\\.b", "/[[:alpha:].]+[a.]"})
    BOOST_TEST(error_of(text) == "none", text);
  BOOST_TEST(error_of("/*") == "it repeats what cannot be repeated, or too often");
  BOOST_TEST(error_of("/a\\") == "it ends with a backslash");
  BOOST_TEST(error_of("/" + std::string(1001, 'a')) == "it is longer than 1000 bytes");
}

BOOST_AUTO_TEST_CASE(no_expression_costs_more_than_time_in_proportion) {
  BOOST_TEST(!takes("/^(a+)+$", std::string(10'000, 'a') + "b"));
  BOOST_TEST(!takes("/(x+x+)+y", std::string(10'000, 'x')));
  BOOST_TEST(error_of("/((a{100}){100}){100}") != "none");
}

BOOST_AUTO_TEST_CASE(an_empty_list_takes_every_name) {
  BOOST_TEST(matches_any({}, "a", "u"));
  BOOST_TEST(matches_any({"b", NamePattern::parse("/^a").value()}, "ax", "u"));
  BOOST_TEST(!matches_any({"b", "c"}, "a", "u"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
