// What the options of one rule say about each other, and what they need elsewhere.
#include <boost/test/unit_test.hpp>

#include "fake_outside.h"

namespace howdah::config {

namespace {

// With certificates of clients asked for; the rule stands in line 4.
const std::string kTls = "client: {tls: {mode: allow, certificate: c, key: k, ca: a, client_certificate: request}}\n";

std::string rule(const std::string& options) {
  return kLeast + kTls + "auth: [{" + options + "}]\n";
}

AuthRule rule_of(const std::string& options) {
  return settings_of(rule(options), {.files = {{"/pw", "hunter2\n"}}}).auth.at(0);
}

struct Case {
  std::string options;
  std::string said;  // behind "f.yaml:4: auth[1]."
};

void check(const std::vector<Case>& cases) {
  for (const auto& [options, said] : cases) {
    BOOST_TEST_CONTEXT(options) {
      BOOST_TEST(said_of(rule(options)) == "f.yaml:4: auth[1]." + said);
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rule_checks)

BOOST_AUTO_TEST_CASE(every_option_of_a_rule_is_read) {
  const auto cert = rule_of("from: 10.0.0.0/8, tls: required, method: cert, certificate_name: dn");
  BOOST_TEST((cert.method == AuthMethod::Cert && cert.tls == RuleTls::Required));
  BOOST_TEST((cert.certificate_name == CertificateName::DistinguishedName));
  BOOST_TEST((rule_of("method: pam, pam_service: howdah").pam_service == "howdah"));
  BOOST_TEST((rule_of("method: md5, tls: required, client_certificate: verify-ca").client_certificate ==
              ClientCertificateCheck::VerifyCa));
}

BOOST_AUTO_TEST_CASE(every_option_of_ldap_is_read) {
  const auto simple = rule_of(
                          "method: ldap, ldap: {servers: [a, b], scheme: ldaps, port: 1636, prefix: 'uid=', "
                          "suffix: ',dc=x'}")
                          .ldap;
  BOOST_TEST((simple.servers == std::vector<std::string>{"a", "b"}));
  BOOST_TEST((simple.scheme == LdapSettings::Scheme::Ldaps && simple.port == 1636));
  BOOST_TEST((simple.prefix == "uid=" && simple.suffix == ",dc=x"));
  const auto search = rule_of(
                          "method: ldap, ldap: {servers: a, start_tls: true, base_dn: dc=x, bind_dn: cn=y, "
                          "bind_password: {file: /pw}, search_attribute: cn, scope: one}")
                          .ldap;
  BOOST_TEST((search.start_tls && search.base_dn == "dc=x" && search.bind_dn == "cn=y"));
  BOOST_TEST((search.bind_password == "hunter2" && search.search_attribute == "cn"));
  BOOST_TEST((search.scope == LdapSettings::Scope::One));
  BOOST_TEST(
      rule_of("method: ldap, ldap: {servers: a, base_dn: x, search_filter: '(uid=$username)'}").ldap.search_filter ==
      "(uid=$username)");
}

BOOST_AUTO_TEST_CASE(cert_checks_the_whole_certificate) {
  BOOST_TEST((rule_of("tls: required, method: cert").client_certificate == ClientCertificateCheck::VerifyFull));
}

BOOST_AUTO_TEST_CASE(a_unix_socket_has_no_tls) {
  check({{"from: local, tls: required, method: trust",
          "tls: found required, expected any, since a Unix socket has no TLS"},
         {"from: local, tls: refused, method: trust",
          "tls: found refused, expected any, since a Unix socket has no TLS"}});
}

BOOST_AUTO_TEST_CASE(peer_is_for_unix_sockets_only) {
  BOOST_TEST((rule_of("from: local, method: peer").method == AuthMethod::Peer));
  for (const std::string from : {"any", "10.0.0.0/8"}) {
    check({{"from: " + from + ", method: peer",
            "method: found peer, expected another one: peer is for Unix sockets only (local)"}});
  }
}

BOOST_AUTO_TEST_CASE(certificates_are_for_tls_only) {
  check({{"method: cert", "method: found cert, expected another one: cert is for TLS only (tls: required, hostssl)"},
         {"tls: refused, method: cert",
          "method: found cert, expected another one: cert is for TLS only (tls: required, hostssl)"},
         {"tls: required, method: cert, client_certificate: verify-ca",
          "client_certificate: found verify-ca, expected verify-full, which the method cert does anyway"},
         {"method: md5, client_certificate: verify-full",
          "client_certificate: found verify-full, expected none: certificates come by TLS only (tls: required, "
          "hostssl)"}});
}

BOOST_AUTO_TEST_CASE(certificates_need_an_authority_and_to_be_asked_for) {
  BOOST_TEST(said_of(kLeast + "auth: [{tls: required, method: cert}]\n") ==
             "f.yaml:3: auth[1].method: found cert, expected client.tls.ca with it, since the client must show a "
             "certificate");
  BOOST_TEST(said_of(kLeast + "auth: [{tls: required, client_certificate: verify-ca, method: md5}]\n") ==
             "f.yaml:3: auth[1].client_certificate: found verify-ca, expected client.tls.ca with it, since the client "
             "must show a certificate");
  BOOST_TEST(said_of(kLeast + "client: {tls: {ca: a}}\nauth: [{tls: required, method: cert}]\n") ==
             "f.yaml:4: auth[1].method: found cert, expected client.tls.client_certificate to be request or require "
             "with it");
}

BOOST_AUTO_TEST_CASE(only_cert_and_peer_have_a_map) {
  check({{"method: md5, map: m", "map: found \"m\", expected none, since only the methods cert and peer have one"}});
}

BOOST_AUTO_TEST_CASE(only_pam_has_a_service) {
  check({{"method: md5, pam_service: x", "pam_service: found \"x\", expected none, since the method is not pam"}});
}

BOOST_AUTO_TEST_CASE(names_may_be_words_and_expressions) {
  const auto read = rule_of("method: trust, databases: [sameuser, '/^shop', products], users: [sameuser, a]");
  BOOST_REQUIRE(read.databases.size() == 3U);
  BOOST_TEST((read.databases[0].kind() == NamePattern::Kind::SameUser));
  BOOST_TEST((read.databases[1].kind() == NamePattern::Kind::Pattern));
  BOOST_TEST((read.databases[2].kind() == NamePattern::Kind::Name));
  BOOST_TEST((read.users[0].kind() == NamePattern::Kind::Name));
  BOOST_TEST(rule_of("method: trust, databases: [a, all], users: all").databases.empty());
  check({{"method: trust, databases: [a, '/(', '']",
          "databases: found \"/(\" (its parentheses are not balanced), expected a name, or / and a regular "
          "expression\n"
          "f.yaml:4: auth[1].databases: found \"\", expected a list of names, / and a regular expression, sameuser, or "
          "all"}});
}

BOOST_AUTO_TEST_CASE(ldap_needs_a_server_and_one_way_to_bind) {
  check({{"method: ldap, ldap: {prefix: a}",
          "ldap.servers: found nothing, expected at least one server, since the method is ldap"},
         {"method: ldap, ldap: {servers: a}",
          "ldap: found no base_dn, prefix or suffix, expected one of them, since the method is ldap"},
         {"method: ldap, ldap: {servers: 'a/b', prefix: a}",
          "ldap.servers: found \"a/b\", expected the names or addresses of hosts"},
         {"method: ldap, ldap: {servers: a, base_dn: x, search_attribute: cn, search_filter: (x)}",
          "ldap: found search_attribute beside search_filter, expected one of them"},
         {"method: ldap, ldap: {servers: a, prefix: a, scheme: ldaps, start_tls: true}",
          "ldap.start_tls: found true, expected false, since ldaps has TLS from the start"},
         {"method: md5, ldap: {servers: a}", "ldap: found a section, expected none, since the method is not ldap"},
         {"method: ldap, ldap: {servers: a, prefix: a, port: 65536}",
          "ldap.port: found 65536, expected a whole number from 0 to 65535"}});
  for (const std::string search :
       {"base_dn: x", "bind_dn: x", "bind_password: hunter2", "search_attribute: x", "search_filter: x"}) {
    check({{"method: ldap, ldap: {servers: a, suffix: a, " + search + "}",
            "ldap: found prefix or suffix beside options of a search, expected either those, or base_dn, bind_dn, "
            "bind_password, search_attribute and search_filter"}});
  }
}

BOOST_AUTO_TEST_CASE(a_rule_that_is_wrong_by_itself_is_not_judged_again) {
  check({{"method: cert, tls: maybe", "tls: found \"maybe\", expected any, required or refused"}});
}

BOOST_AUTO_TEST_CASE(the_password_of_an_ldap_search_is_never_shown) {
  const FakeOutside world{.files = {{"/empty", "\n"}, {"/zero", std::string("hunter2\0", 8)}}};
  const std::string before = "method: ldap, ldap: {servers: a, base_dn: x, bind_password: ";
  for (const std::string form : {"[hunter2]", "{hunter2: x}", "{file: /zero}", "{file: /empty}", "''", ""}) {
    BOOST_TEST_CONTEXT(form) {
      const auto said = said_of(rule(before + form + "}"), world);
      BOOST_TEST(said.starts_with("f.yaml:4: auth[1].ldap.bind_password: found "));
      BOOST_TEST(said.find("hunter2") == std::string::npos);
    }
  }
  std::string shown;
  for (const auto& option : show_options(settings_of(rule(before + "hunter2}")))) shown += option.value + "\n";
  BOOST_TEST(shown.find("hunter2") == std::string::npos);
  BOOST_TEST(shown.find("****") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
