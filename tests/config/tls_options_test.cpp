// client.tls: what is read, and what its options say about each other.
#include <boost/test/unit_test.hpp>

#include "fake_outside.h"

namespace howdah::config {

namespace {

// With the options in line 3.
std::string tls(const std::string& options) {
  return kLeast + "client: {tls: {" + options + "}}\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_options)

BOOST_AUTO_TEST_CASE(without_a_word_there_is_no_tls) {
  BOOST_TEST((settings_of(kLeast).client.tls.mode == TlsMode::Disable));
}

BOOST_AUTO_TEST_CASE(every_option_is_read) {
  const auto settings = settings_of(
      tls("mode: require, certificate: a.crt, key: a.key, ca: ca.crt, client_certificate: request, min_version: 1.3, "
          "max_version: 1.3, ciphers: HIGH, cipher_suites: TLS_AES_256_GCM_SHA384, reload_interval: 0"));
  const auto& read = settings.client.tls;
  BOOST_TEST((read.mode == TlsMode::Require));
  BOOST_TEST(read.certificate == "a.crt");
  BOOST_TEST(read.key == "a.key");
  BOOST_TEST(read.ca == "ca.crt");
  BOOST_TEST((read.client_certificate == ClientCertificate::Request));
  BOOST_TEST((read.min_version == TlsVersion::Tls13 && read.max_version == TlsVersion::Tls13));
  BOOST_TEST(read.ciphers == "HIGH");
  BOOST_TEST(read.cipher_suites == "TLS_AES_256_GCM_SHA384");
  BOOST_TEST((read.reload_interval == 0ms));
}

BOOST_AUTO_TEST_CASE(tls_needs_a_certificate_and_its_key) {
  BOOST_TEST(said_of(tls("mode: allow")) ==
             "f.yaml:3: client.tls.certificate: found nothing, expected the path of a file, since client.tls.mode is "
             "allow\n"
             "f.yaml:3: client.tls.key: found nothing, expected the path of a file, since client.tls.mode is allow");
  BOOST_TEST(said_of(tls("mode: require, certificate: a")) ==
             "f.yaml:3: client.tls.key: found nothing, expected the path of a file, since client.tls.mode is require");
}

BOOST_AUTO_TEST_CASE(certificates_of_clients_need_an_authority) {
  for (const std::string word : {"request", "require"}) {
    BOOST_TEST(said_of(tls("client_certificate: " + word)) ==
               "f.yaml:3: client.tls.ca: found nothing, expected the path of a file, since "
               "client.tls.client_certificate is " +
                   word);
  }
}

BOOST_AUTO_TEST_CASE(the_least_version_is_not_above_the_greatest) {
  BOOST_TEST(said_of(tls("min_version: 1.3, max_version: 1.2")) ==
             "f.yaml:3: client.tls.min_version: found 1.3, expected at most max_version, which is 1.2");
}

BOOST_AUTO_TEST_CASE(what_is_no_value_is_told) {
  BOOST_TEST(said_of(tls("mode: on")) == "f.yaml:3: client.tls.mode: found \"on\", expected disable, allow or require");
  BOOST_TEST(said_of(tls("min_version: 1.1")) ==
             "f.yaml:3: client.tls.min_version: found \"1.1\", expected 1.2 or 1.3");
  BOOST_TEST(said_of(tls("certificate: ''")) ==
             "f.yaml:3: client.tls.certificate: found \"\", expected the path of a file");
  BOOST_TEST(said_of(tls("ca: [a]")) == "f.yaml:3: client.tls.ca: found a list, expected the path of a file");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
