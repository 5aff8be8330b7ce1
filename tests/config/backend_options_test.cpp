// How clients are judged by the backend, and how howdah logs in there.
#include <boost/test/unit_test.hpp>

#include "tests/config/fake_outside.h"

namespace howdah::config {

namespace {

std::string entry(const std::string& options) {
  return kListen + "databases:\n  x:\n    backend: host=a\n" + options;
}

DatabaseSettings read_entry(const std::string& options, const FakeOutside& world = {}) {
  return read_configuration(entry(options), "f", world.outside()).value().databases.at("x");
}

using Messages = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(backend_options)

BOOST_AUTO_TEST_CASE(an_auth_query_is_on_once_it_has_a_user) {
  BOOST_TEST(!read_entry("").auth_query.is_on());
  FakeOutside world;
  world.files["/secret"] = "pw\n";
  const auto asking = read_entry(
      "    auth_query: {user: asker, password: {file: /secret}, query: 'select * from f($1)', ttl: 5s, "
      "max_connections: 1}\n",
      world);
  BOOST_TEST(asking.auth_query.is_on());
  BOOST_TEST(asking.auth_query.user == "asker");
  BOOST_TEST(asking.auth_query.password == "pw");
  BOOST_TEST(asking.auth_query.query == "select * from f($1)");
  BOOST_TEST((asking.auth_query.ttl == 5s));
  BOOST_TEST(asking.auth_query.max_connections == 1);
}

BOOST_AUTO_TEST_CASE(an_auth_query_needs_somebody_who_asks) {
  BOOST_TEST(problems_of(entry("    auth_query:\n      query: select $1\n")) ==
                 (Messages{"f.yaml:6: databases.x.auth_query.user: found nothing, expected the role that asks"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_ways_to_log_in_are_read) {
  const auto by_command = read_entry("    password_command: 'print it'\n    password_ttl: 5min\n");
  BOOST_TEST(by_command.password_command == "print it");
  BOOST_TEST((by_command.password_ttl == 5min));
  BOOST_TEST(read_entry("    password_file: /run/secret\n").password_file == "/run/secret");
  BOOST_TEST(read_entry("    scram_pass_through: true\n").scram_pass_through);
  BOOST_TEST((read_entry("    backend_auth_cache: 0\n").backend_auth_cache == 0ms));
}

BOOST_AUTO_TEST_CASE(there_is_one_way_at_most) {
  BOOST_TEST(
      problems_of(entry("    password_command: x\n    password_file: /y\n    scram_pass_through: true\n")) ==
          (Messages{"f.yaml:6: databases.x.password_file: found it beside password_command, expected one of them",
                    "f.yaml:7: databases.x.scram_pass_through: found it beside password_command, expected one of "
                    "them"}),
      boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(pass_through_needs_a_libpq_that_can) {
  FakeOutside world;
  world.libpq_without_scram_keys = "15.14";
  BOOST_TEST(
      problems_of(entry("    scram_pass_through: true\n"), world) ==
          (Messages{"f.yaml:5: databases.x.scram_pass_through: found true, which needs libpq 18 or newer; this is "
                    "15.14, expected false"}),
      boost::test_tools::per_element());
  BOOST_TEST(problems_of(entry("    scram_pass_through: false\n"), world).empty());
}

BOOST_AUTO_TEST_CASE(without_a_file_the_backend_judges) {
  const FakeOutside world;
  const auto settings = configuration_without_file("host=a", {":1"}, world.outside()).value();
  BOOST_TEST(settings.auth.size() == 1U);
  BOOST_TEST((settings.auth.at(0).method == AuthMethod::Backend));
  BOOST_TEST((settings.auth.at(0).origin.kind == Origin::Kind::Any));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
