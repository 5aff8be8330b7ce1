#include "protocol/scram_verifier.h"

#include <boost/test/unit_test.hpp>

#include "protocol/base64.h"

namespace howdah::protocol {

namespace {

// Made by PostgreSQL 15 from the password "secret".
const std::string kSalt = "IIW4xlI6nTELpAgJTZIdQA==";
const std::string kStored = "cnJQF5ySluikJLan9NIXwKgZK9aAnIv9ZlMu7NDB2mE=";
const std::string kServer = "kwt4TPEue+YO2ho8baN7uI7YO97PsnUhAdyCXHY62tI=";
const std::string kVerifier = "SCRAM-SHA-256$4096:" + kSalt + '$' + kStored + ':' + kServer;

std::string with_iterations(const std::string& text) {
  return "SCRAM-SHA-256$" + text + ':' + kSalt + '$' + kStored + ':' + kServer;
}

std::string with_salt(const std::string& text) {
  return "SCRAM-SHA-256$4096:" + text + '$' + kStored + ':' + kServer;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scram_verifier)

BOOST_AUTO_TEST_CASE(a_verifier_of_postgresql_is_read_and_written) {
  const auto verifier = parse_scram_verifier(kVerifier);
  BOOST_REQUIRE(verifier.has_value());
  BOOST_TEST(verifier->challenge.iterations == 4096u);
  BOOST_TEST(base64_encode(verifier->challenge.salt) == kSalt);
  BOOST_TEST(base64_encode(bytes_of(verifier->keys.stored_key)) == kStored);
  BOOST_TEST(base64_encode(bytes_of(verifier->keys.server_key)) == kServer);
  BOOST_TEST(format_scram_verifier(*verifier) == kVerifier);
}

BOOST_AUTO_TEST_CASE(every_truncation_of_a_verifier_is_none) {
  for (std::size_t size = 0; size < kVerifier.size(); ++size)
    BOOST_TEST(!parse_scram_verifier(std::string_view(kVerifier).substr(0, size)).has_value(), size);
}

BOOST_AUTO_TEST_CASE(every_other_separator_spoils_a_verifier) {
  for (const std::size_t at : {5ul, 13ul, 18ul, kVerifier.find('$', 20), kVerifier.rfind(':')}) {
    auto text = kVerifier;
    text[at] = '!';
    BOOST_TEST(!parse_scram_verifier(text).has_value(), text);
  }
  BOOST_TEST(!parse_scram_verifier(kVerifier + '=').has_value());
  BOOST_TEST(!parse_scram_verifier(kVerifier + ":x").has_value());
}

BOOST_AUTO_TEST_CASE(iterations_have_a_least_and_a_most) {
  for (const auto* good : {"1", "4096", "10000000"})
    BOOST_TEST(parse_scram_verifier(with_iterations(good)).has_value());
  for (const auto* bad : {"", "0", "-1", "+1", " 1", "1 ", "0x10", "10000001", "4294967297", "99999999999999999999"})
    BOOST_TEST(!parse_scram_verifier(with_iterations(bad)).has_value(), bad);
}

BOOST_AUTO_TEST_CASE(salts_have_a_least_and_a_most) {
  for (const std::size_t size : {1u, 16u, 256u})
    BOOST_TEST(parse_scram_verifier(with_salt(base64_encode(std::string(size, 's')))).has_value());
  for (const std::size_t size : {0u, 257u, 258u, 5000u})
    BOOST_TEST(!parse_scram_verifier(with_salt(base64_encode(std::string(size, 's')))).has_value());
  for (const auto* bad : {"abc", "a b=", "===="}) BOOST_TEST(!parse_scram_verifier(with_salt(bad)).has_value());
}

BOOST_AUTO_TEST_CASE(keys_are_of_32_bytes) {
  for (const std::size_t size : {0u, 31u, 33u, 34u}) {
    const auto key = base64_encode(std::string(size, 'k'));
    const auto prefix = "SCRAM-SHA-256$4096:" + kSalt + '$';
    BOOST_TEST(!parse_scram_verifier(prefix + key + ':' + kServer).has_value());
    BOOST_TEST(!parse_scram_verifier(prefix + kStored + ':' + key).has_value());
  }
}

BOOST_AUTO_TEST_CASE(derived_keys_are_those_that_postgresql_derives) {
  const auto verifier = parse_scram_verifier(kVerifier);
  BOOST_REQUIRE(verifier.has_value());
  BOOST_TEST((derive_scram_keys("secret", verifier->challenge) == verifier->keys));
  BOOST_TEST(!(derive_scram_keys("Secret", verifier->challenge) == verifier->keys));
  auto other = verifier->challenge;
  other.iterations = 4095;
  BOOST_TEST(!(derive_scram_keys("secret", other) == verifier->keys));
}

BOOST_AUTO_TEST_CASE(keys_are_equal_only_if_both_are) {
  ScramKeys left;
  auto right = left;
  BOOST_TEST((left == right));
  right.stored_key.back() = 1;
  BOOST_TEST(!(left == right));
  right = left;
  right.server_key.front() = 1;
  BOOST_TEST(!(left == right));
}

BOOST_AUTO_TEST_CASE(a_mock_challenge_looks_real_and_stays_the_same) {
  const auto ann = mock_scram_challenge("process secret", "ann");
  BOOST_TEST(ann.iterations == 4096u);
  BOOST_TEST(ann.salt.size() == 16u);
  BOOST_TEST((ann == mock_scram_challenge("process secret", "ann")));
  BOOST_TEST(!(ann == mock_scram_challenge("process secret", "bob")));
  BOOST_TEST(!(ann == mock_scram_challenge("another secret", "ann")));
  BOOST_TEST(mock_scram_challenge("process secret", "ann", 15000).iterations == 15000u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
