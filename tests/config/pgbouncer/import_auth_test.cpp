#include <boost/test/unit_test.hpp>

#include "config/access_rules.h"
#include "tests/config/pgbouncer/imported.h"

namespace howdah::config {

namespace {

FakeOutside world(const std::string& hba = "") {
  return {.files = {{"users.txt", "\"app\" \"pw\"\n\"bob\" \"bobs\"\n"}, {"hba", hba}, {"maps", "m cn app\n"}}};
}

Settings settings_for(const std::string& lines, const std::string& hba = "") {
  return imported(with_settings("auth_file = users.txt\n" + lines), world(hba)).settings;
}

std::vector<AuthRule> rules(const std::string& lines, const std::string& hba = "") {
  return settings_for(lines, hba).auth;
}

AuthMethod method_for(const std::vector<AuthRule>& rules, std::string_view user, bool is_local = false) {
  const auto* const rule = match_access_rule(rules, {.is_local = is_local,
                                                     .address = std::string_view("\x7f\0\0\1", is_local ? 0 : 4),
                                                     .database = "x",
                                                     .user = user});
  return rule == nullptr ? AuthMethod::Reject : rule->method;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pgbouncer_import_auth)

BOOST_AUTO_TEST_CASE(methods_for_all) {
  BOOST_CHECK(rules("").front().method == AuthMethod::Md5);
  BOOST_CHECK(rules("auth_type = SCRAM-SHA-256").front().method == AuthMethod::ScramSha256);
  BOOST_CHECK(rules("auth_type = plain").front().method == AuthMethod::Password);
  BOOST_CHECK(rules("auth_type = any").front().method == AuthMethod::Trust);
  const auto pam = rules("auth_type = pam").front();
  BOOST_CHECK(pam.method == AuthMethod::Pam);
  BOOST_TEST(pam.pam_service == "pgbouncer");
  BOOST_TEST(
      refused(with_settings("auth_type = peer")).starts_with("p.ini:4: auth_type: found \"peer\", expected md5"));
}

BOOST_AUTO_TEST_CASE(certificates) {
  const auto lines =
      "auth_type = cert\nclient_tls_sslmode = verify-full\nclient_tls_cert_file = c\nclient_tls_key_file = "
      "users.txt\nclient_tls_ca_file = ca";
  const auto cert = rules(lines).front();
  BOOST_CHECK(cert.method == AuthMethod::Cert);
  BOOST_CHECK(cert.tls == RuleTls::Required);
}

BOOST_AUTO_TEST_CASE(trust_is_for_users_of_the_list_only) {
  const auto trust = rules("auth_type = trust");
  BOOST_CHECK(method_for(trust, "app") == AuthMethod::Trust);
  BOOST_CHECK(method_for(trust, "stranger") == AuthMethod::Reject);
  BOOST_CHECK(method_for(imported(with_settings("auth_type = trust")).settings.auth, "app") == AuthMethod::Reject);
  BOOST_CHECK(method_for(rules("auth_type = trust\nauth_user = app"), "stranger") ==
              AuthMethod::Trust);  // whom auth_query may know
}

BOOST_AUTO_TEST_CASE(ldap_options) {
  const auto ldap = rules(R"(auth_type = ldap
auth_ldap_options = ldapurl="ldap://127.0.0.1:12345/dc=example,dc=net?mail?sub" ldapbinddn="cn=a, dc=b" ldapbindpasswd=s)")
                        .front();
  BOOST_CHECK(ldap.method == AuthMethod::Ldap);
  const LdapSettings expected{.servers = {"127.0.0.1"},
                              .port = 12345,
                              .base_dn = "dc=example,dc=net",
                              .bind_dn = "cn=a, dc=b",
                              .bind_password = "s",
                              .search_attribute = "mail"};
  BOOST_CHECK(ldap.ldap == expected);
}

BOOST_AUTO_TEST_CASE(a_file_of_rules_is_named_where_it_means_the_same) {
  const auto settings = settings_for("auth_type = hba\nauth_hba_file = hba",
                                     "local all all md5\nhost all app 127.0.0.0/8 scram-sha-256\n");
  BOOST_TEST(settings.hba_file == "hba");
  BOOST_CHECK(method_for(settings.auth, "app") == AuthMethod::ScramSha256);
  BOOST_CHECK(method_for(settings.auth, "bob", true) == AuthMethod::Md5);
}

BOOST_AUTO_TEST_CASE(rules_that_would_take_unknown_names_are_written_out) {
  const auto settings = settings_for("auth_type = hba\nauth_hba_file = hba",
                                     "local all bob,eve trust\nlocal all all md5\nhost all all all trust\n");
  BOOST_TEST(settings.hba_file == "");
  BOOST_CHECK(method_for(settings.auth, "bob", true) == AuthMethod::Trust);
  BOOST_CHECK(method_for(settings.auth, "eve", true) == AuthMethod::Reject);
  BOOST_CHECK(method_for(settings.auth, "app", true) == AuthMethod::Md5);
  BOOST_CHECK(method_for(settings.auth, "app") == AuthMethod::Trust);
  BOOST_CHECK(method_for(settings.auth, "stranger") == AuthMethod::Reject);
}

BOOST_AUTO_TEST_CASE(maps_come_along) {
  const auto settings =
      settings_for("auth_type = hba\nauth_hba_file = hba\nauth_ident_file = maps", "local all all peer map=m\n");
  BOOST_TEST(settings.ident_file == "maps");
  BOOST_TEST(settings.auth.front().map == "m");
  BOOST_CHECK(method_for(settings.auth, "stranger", true) == AuthMethod::Reject);
}

BOOST_AUTO_TEST_CASE(files_that_are_missing_have_their_line) {
  BOOST_TEST(refused(with_settings("auth_file = no.txt")) ==
             "p.ini:4: auth_file: found the file \"no.txt\", which cannot be read (no such file), expected a file");
  BOOST_TEST(refused(with_settings("auth_type = hba\nauth_hba_file = no")) ==
             "p.ini:5: auth_hba_file: found the file \"no\", which cannot be read (no such file), expected a file");
  BOOST_TEST(refused(with_settings("auth_type = hba")).starts_with("p.ini:4: auth_hba_file: found nothing"));
}

BOOST_AUTO_TEST_CASE(a_list_that_others_can_read_is_told_of) {
  auto open = world();
  open.open_files = {{"users.txt", "mode 0644"}};
  const auto yaml = yaml_of(with_settings("auth_file = users.txt"), open);
  BOOST_TEST(
      yaml.find("closed to others (chmod 600), and as it is now (mode 0644) it does not start") != std::string::npos,
      yaml);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
