// hba_file, ident_file and user_list: how what they say comes together with the rest.
#include <boost/test/unit_test.hpp>

#include "fake_outside.h"

namespace howdah::config {

BOOST_AUTO_TEST_SUITE(included_files)

BOOST_AUTO_TEST_CASE(the_rules_and_maps_of_postgresql_are_used) {
  const FakeOutside world{
      .files = {{"hba", "local all all peer map=m\nhost all all all md5\n"}, {"ident", "m ann app\n"}}};
  const auto settings = settings_of(kLeast + "hba_file: hba\nident_file: ident\n", world);
  BOOST_REQUIRE(settings.auth.size() == 3U);
  BOOST_TEST((settings.auth[0].method == AuthMethod::Peer && settings.auth[1].method == AuthMethod::Md5));
  BOOST_TEST(map_allows(settings.ident_maps, settings.auth[0].map, "ann", "app"));
}

BOOST_AUTO_TEST_CASE(a_map_of_either_kind_serves_rules_of_either_kind) {
  const FakeOutside world{.files = {{"hba", "local all all peer map=m\n"}, {"ident", "m ann app\n"}}};
  BOOST_TEST(said_of(kLeast + "hba_file: hba\nident_maps: {m: [{system: a, user: b}]}\n", world) == "");
  BOOST_TEST(said_of(kLeast + "auth: [{from: local, method: peer, map: m}]\nident_file: ident\n", world) == "");
}

BOOST_AUTO_TEST_CASE(rules_stand_in_one_place) {
  const FakeOutside world{.files = {{"hba", "local all all trust\n"}, {"ident", "m ann app\n"}}};
  BOOST_TEST(said_of(kLeast + "hba_file: hba\nauth: [{method: trust}]\n", world) ==
             "f.yaml:3: hba_file: found hba_file beside auth, expected one of them");
  BOOST_TEST(said_of(kLeast + "ident_file: ident\nident_maps: {m: [{system: a, user: b}]}\n", world) ==
             "f.yaml:3: ident_file: found ident_file beside ident_maps, expected one of them");
}

BOOST_AUTO_TEST_CASE(mistakes_in_other_files_come_behind_with_their_own_lines) {
  const FakeOutside world{
      .files = {{"hba", "\nlocal all all gss\nlocal all all peer map=n\nhostssl all all all cert\n"},
                {"ident", "m ann\n"},
                {"list", "\"a\" hunter2\n"}}};
  BOOST_TEST(said_of(kLeast + "hba_file: hba\nident_file: ident\nuser_list: list\nworkers: 0\n", world) ==
             "f.yaml:6: workers: found 0, expected auto or a whole number from 1 to 64\n"
             "ident:1: found 2 fields, expected three: the map, the system's user, the database's user\n"
             "hba:2: found the method gss, which is not supported, expected trust, reject, scram-sha-256, md5, "
             "password, cert, peer, pam, ldap or backend as the method\n"
             "hba:3: map: found \"n\", expected a map of ident_maps or of the ident_file\n"
             "hba:4: method: found cert, expected client.tls.ca with it, since the client must show a certificate\n"
             "list:1: found a name without a secret in quotes, expected \"name\" \"secret\", with quotes inside "
             "doubled");
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_read_are_told_where_they_are_named) {
  BOOST_TEST(said_of(kLeast + "hba_file: a\nident_file: b\nuser_list: c\n") ==
             "f.yaml:3: hba_file: found the file \"a\", which cannot be read (no such file), expected a file\n"
             "f.yaml:4: ident_file: found the file \"b\", which cannot be read (no such file), expected a file\n"
             "f.yaml:5: user_list: found the file \"c\", which cannot be read (no such file), expected a file");
}

BOOST_AUTO_TEST_CASE(rules_that_match_nothing_let_nobody_in) {
  const FakeOutside world{.files = {{"hba", "local replication all trust\n"}}};
  const auto settings = settings_of(kLeast + "hba_file: hba\n", world);
  BOOST_REQUIRE(settings.auth.size() == 1U);
  BOOST_TEST((settings.auth[0].method == AuthMethod::Reject));
}

BOOST_AUTO_TEST_CASE(cert_in_an_hba_file_checks_the_whole_certificate) {
  const FakeOutside world{.files = {{"hba", "hostssl all all 10.0.0.0/8 cert\n"}}};
  const auto settings =
      settings_of(kLeast + "hba_file: hba\nclient: {tls: {ca: a, client_certificate: request}}\n", world);
  BOOST_TEST((settings.auth.at(0).client_certificate == ClientCertificateCheck::VerifyFull));
}

BOOST_AUTO_TEST_CASE(users_of_the_list_are_merged_and_the_configuration_wins) {
  const FakeOutside world{.files = {{"list", "\"a\" \"1\"\n\"b\" \"2\"\n\"c\" \"3\"\n"}}};
  const auto users =
      settings_of(kLeast + "user_list: list\nusers: {b: {password: x}, c: {max_clients: 7}}\n", world).users;
  BOOST_TEST(users.size() == 3U);
  BOOST_TEST((users.at("a").password == "1" && users.at("a").name == "a"));
  BOOST_TEST((users.at("b").password == "x"));
  BOOST_TEST((users.at("c").password == "3" && users.at("c").max_clients == 7));
}

BOOST_AUTO_TEST_CASE(show_config_shows_what_came_from_files_without_secrets) {
  const FakeOutside world{
      .files = {{"hba", "host all all 10.0.0.0/8 ldap ldapserver=a ldapbasedn=x ldapbindpasswd=hunter2\n"},
                {"list", "\"a\" \"hunter2\"\n"}}};
  std::string shown;
  for (const auto& option : show_options(settings_of(kLeast + "hba_file: hba\nuser_list: list\n", world))) {
    shown += option.key + "=" + option.value + "\n";
  }
  BOOST_TEST(shown.find("hba_file=hba\n") != std::string::npos);
  BOOST_TEST(shown.find("auth[1].method=ldap\n") != std::string::npos);
  BOOST_TEST(shown.find("users.a.password=****\n") != std::string::npos);
  BOOST_TEST(shown.find("hunter2") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
