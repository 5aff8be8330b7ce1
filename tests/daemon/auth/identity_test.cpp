#include "daemon/auth/identity.h"

#include <boost/test/unit_test.hpp>

namespace howdah::auth {

namespace {

using namespace std::string_literals;
using config::AuthMethod;
using config::AuthRule;
using config::CertificateName;
using config::ClientCertificateCheck;

const AuthRule kCert{.method = AuthMethod::Cert};
const AuthRule kCertOfWholeName{.method = AuthMethod::Cert, .certificate_name = CertificateName::DistinguishedName};

ClientFacts with_certificate(std::string common_name, std::string distinguished_name = {}) {
  return {.user = "ann",
          .tls = io::TlsFacts{.has_certificate = true,
                              .common_name = std::move(common_name),
                              .distinguished_name = std::move(distinguished_name)}};
}

bool lets_in(const AuthRule& rule, const ClientFacts& facts) {
  return !lacks_certificate(rule, facts) && !why_certificate_is_refused(rule, nullptr, facts);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(identity)

BOOST_AUTO_TEST_CASE(without_a_map_names_must_be_the_same) {
  BOOST_TEST(may_log_in_as({}, nullptr, "ann", "ann"));
  for (const auto& name : {"bob"s, "Ann"s, "ann "s, " ann"s, "anna"s, "an"s})
    BOOST_TEST(!may_log_in_as({}, nullptr, name, "ann"));
}

BOOST_AUTO_TEST_CASE(no_name_and_one_with_a_zero_byte_are_nobodys) {
  BOOST_TEST(!may_log_in_as({}, nullptr, "", ""));
  BOOST_TEST(!may_log_in_as({}, nullptr, "ann\0"s, "ann"));
  BOOST_TEST(!may_log_in_as({}, nullptr, "ann\0bob"s, "ann\0bob"s));
}

BOOST_AUTO_TEST_CASE(a_map_that_is_not_there_lets_nobody_in) {
  BOOST_TEST(!may_log_in_as({.map = "missing"}, nullptr, "ann", "ann"));
}

BOOST_AUTO_TEST_CASE(a_map_says_whose_a_name_is) {
  config::IdentMapping mapping{.system = "smith", .user = ""};
  BOOST_REQUIRE(config::set_user(mapping, "ann", false).has_value());
  const auto maps = std::make_shared<const config::IdentMaps>(config::IdentMaps{{"staff", {mapping}}});
  const AuthRule rule{.method = AuthMethod::Cert, .map = "staff"};
  BOOST_TEST(may_log_in_as(rule, maps, "smith", "ann"));
  BOOST_TEST(!may_log_in_as(rule, maps, "ann", "ann"));
  BOOST_TEST(!may_log_in_as(rule, maps, "smith", "bob"));
  BOOST_TEST(!may_log_in_as(rule, maps, "smith\0"s, "ann"));
  BOOST_TEST(!why_certificate_is_refused(rule, maps, with_certificate("smith")));
  BOOST_TEST(why_certificate_is_refused(rule, maps, with_certificate("ann")).has_value());
}

BOOST_AUTO_TEST_CASE(a_certificate_is_asked_for_by_cert_and_by_either_check) {
  for (const auto& facts : {ClientFacts{.user = "ann"}, ClientFacts{.user = "ann", .tls = io::TlsFacts{}}}) {
    BOOST_TEST(lacks_certificate(kCert, facts));
    for (const auto method : {AuthMethod::Trust, AuthMethod::ScramSha256, AuthMethod::Reject}) {
      BOOST_TEST(lacks_certificate({.method = method, .client_certificate = ClientCertificateCheck::VerifyCa}, facts));
      BOOST_TEST(
          lacks_certificate({.method = method, .client_certificate = ClientCertificateCheck::VerifyFull}, facts));
      BOOST_TEST(!lacks_certificate({.method = method}, facts));
    }
    BOOST_TEST(why_certificate_is_refused(kCert, nullptr, facts).has_value());
  }
}

BOOST_AUTO_TEST_CASE(cert_and_verify_full_want_the_users_own) {
  for (const auto& rule :
       {kCert, AuthRule{.method = AuthMethod::Trust, .client_certificate = ClientCertificateCheck::VerifyFull}}) {
    BOOST_TEST(lets_in(rule, with_certificate("ann", "CN=ann")));
    BOOST_TEST(!lets_in(rule, with_certificate("bob", "ann")));
    BOOST_TEST(!lets_in(rule, with_certificate("", "ann")));
  }
}

BOOST_AUTO_TEST_CASE(verify_ca_takes_anybodys) {
  const AuthRule rule{.method = AuthMethod::Trust, .client_certificate = ClientCertificateCheck::VerifyCa};
  BOOST_TEST(lets_in(rule, with_certificate("bob")));
  BOOST_TEST(lets_in(rule, with_certificate("")));
}

BOOST_AUTO_TEST_CASE(the_whole_name_counts_where_the_rule_says_so) {
  auto facts = with_certificate("ann", "CN=ann,O=howdah");
  BOOST_TEST(!lets_in(kCertOfWholeName, facts));
  facts.user = "CN=ann,O=howdah";
  BOOST_TEST(lets_in(kCertOfWholeName, facts));
  BOOST_TEST(!lets_in(kCert, facts));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::auth
