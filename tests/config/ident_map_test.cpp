#include "config/ident_map.h"

#include <boost/test/unit_test.hpp>

#include "fake_outside.h"

namespace howdah::config {

namespace {

IdentMapping mapping(const std::string& system, const std::string& user, bool is_quoted = false) {
  IdentMapping made{.system = NamePattern::parse(system).value(), .user = "", .is_for_all_users = false};
  set_user(made, user, is_quoted).value();
  return made;
}

bool allows(const IdentMapping& line, std::string_view system_user, std::string_view database_user) {
  return map_allows({{"m", {line}}}, "m", system_user, database_user);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ident_map)

BOOST_AUTO_TEST_CASE(without_a_map_both_names_are_the_same) {
  BOOST_TEST(map_allows({}, "", "ann", "ann"));
  BOOST_TEST(!map_allows({}, "", "ann", "Ann"));
  BOOST_TEST(!map_allows({}, "", "ann", "bob"));
}

BOOST_AUTO_TEST_CASE(a_map_that_does_not_exist_lets_nobody_in) {
  BOOST_TEST(!map_allows({{"m", {mapping("ann", "ann")}}}, "n", "ann", "ann"));
  BOOST_TEST(!map_allows({{"m", {}}}, "m", "ann", "ann"));
}

BOOST_AUTO_TEST_CASE(any_line_of_the_map_is_enough) {
  const IdentMaps maps{{"m", {mapping("ann", "app"), mapping("ann", "admin"), mapping("bob", "app")}}};
  BOOST_TEST(map_allows(maps, "m", "ann", "app"));
  BOOST_TEST(map_allows(maps, "m", "ann", "admin"));
  BOOST_TEST(!map_allows(maps, "m", "bob", "admin"));
  BOOST_TEST(!map_allows(maps, "m", "ann", "ann"));
}

BOOST_AUTO_TEST_CASE(the_first_group_goes_into_the_name) {
  const auto line = mapping(R"(/^(.*)@example\.net$)", "\\1");
  BOOST_TEST(allows(line, "ann@example.net", "ann"));
  BOOST_TEST(!allows(line, "ann@example.net", "bob"));
  BOOST_TEST(!allows(line, "ann@example.org", "ann"));
  BOOST_TEST(allows(mapping("/^(.*)@x$", "u_\\1_\\1"), "ann@x", "u_ann_\\1"));
  BOOST_TEST(allows(mapping("/^(.*)@x$", "\\1", true), "ann@x", "ann"));
}

BOOST_AUTO_TEST_CASE(a_group_is_as_long_as_it_can_be_unless_it_is_lazy) {
  BOOST_TEST(allows(mapping("/^(a|ab)", "\\1"), "abc", "ab"));
  BOOST_TEST(allows(mapping("/^(.*?)@", "\\1"), "a@b@c", "a"));
}

BOOST_AUTO_TEST_CASE(a_group_that_took_no_part_lets_nobody_in) {
  const auto line = mapping("/^x|(y)$", "\\1");
  BOOST_TEST(!allows(line, "x", ""));
  BOOST_TEST(!allows(line, "x", "\\1"));
  BOOST_TEST(allows(line, "y", "y"));
}

BOOST_AUTO_TEST_CASE(what_a_group_stands_for_is_a_name_whatever_it_looks_like) {
  BOOST_TEST(!allows(mapping("/^(.*)$", "\\1"), "all", "postgres"));
  BOOST_TEST(!allows(mapping("/^(.*)$", "\\1"), "/.*", "postgres"));
}

BOOST_AUTO_TEST_CASE(all_and_expressions_take_many_users) {
  BOOST_TEST(allows(mapping("ann", "all"), "ann", "postgres"));
  BOOST_TEST(!allows(mapping("ann", "all", true), "ann", "postgres"));
  BOOST_TEST(allows(mapping("ann", "all", true), "ann", "all"));
  BOOST_TEST(allows(mapping("ann", "/^app"), "ann", "app2"));
  BOOST_TEST(!allows(mapping("ann", "/^app"), "ann", "postgres"));
  BOOST_TEST(allows(mapping("/^a(.*)$", "/^app"), "ann", "app2"));
}

BOOST_AUTO_TEST_CASE(a_name_without_a_group_in_front_is_that_name) {
  BOOST_TEST(allows(mapping("ann", "\\1"), "ann", "\\1"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_is_told) {
  IdentMapping made;
  BOOST_TEST(!set_user(made, "+staff", false).has_value());
  BOOST_TEST(set_user(made, "+staff", true).has_value());
  BOOST_TEST(!set_user(made, "/(", false).has_value());
  BOOST_TEST(!check_mapping(mapping("/^.*$", "\\1")).has_value());
  BOOST_TEST(check_mapping(mapping("/^(.*)$", "\\1")).has_value());
}

BOOST_AUTO_TEST_CASE(maps_are_read_from_yaml) {
  const auto settings = settings_of(kLeast +
                                    "ident_maps:\n"
                                    "  staff:\n"
                                    "    - {system: ann, user: app}\n"
                                    "    - {system: '/^(.*)@x$', user: '\\1'}\n"
                                    "  none:\n"
                                    "auth: [{from: local, method: peer, map: staff}]\n");
  BOOST_TEST(settings.ident_maps.size() == 2U);
  BOOST_TEST(map_allows(settings.ident_maps, "staff", "ann", "app"));
  BOOST_TEST(map_allows(settings.ident_maps, "staff", "bob@x", "bob"));
  BOOST_TEST(!map_allows(settings.ident_maps, "none", "ann", "app"));
  BOOST_TEST(settings.auth.at(0).map == "staff");
}

BOOST_AUTO_TEST_CASE(mistakes_in_yaml_are_told) {
  BOOST_TEST(said_of(kLeast + "ident_maps: {m: [{system: /(, user: a},\n {system: a}, {system: /a, user: \\1},\n"
                              " {system: a, user: +b}]}\n"
                              "auth: [{from: local, method: peer, map: n}]\n") ==
             "f.yaml:3: ident_maps.m[1].system: found \"/(\" (its parentheses are not balanced), expected a name, or "
             "/ and a regular expression\n"
             "f.yaml:4: ident_maps.m[2].user: found nothing, expected a name, / and a regular expression, or all\n"
             "f.yaml:4: ident_maps.m[3].user: found \"\\1\", expected \\1 stands for the first group in parentheses of "
             "the other side, which has none\n"
             "f.yaml:5: ident_maps.m[4].user: found \"+b\" (roles by their members (+) are not supported), expected a "
             "name, or / and a regular expression\n"
             "f.yaml:6: auth[1].map: found \"n\", expected a map of ident_maps or of the ident_file");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
