#include "protocol/scram_pass_through.h"

#include <boost/test/unit_test.hpp>

#include "tests/support/scram_client.h"

namespace howdah::protocol {

namespace {

const ScramChallenge kChallenge{.iterations = 16, .salt = "0123456789abcdef"};
const std::string kPassword = "pencil";

ScramProof proof_of(const std::string& password) {
  const tests::ScramClient client(password);
  ScramExchange exchange(kChallenge, std::string(kScramNonceBytes, '\x5a'));
  const auto server_first = exchange.on_client_first(client.first()).value();
  return exchange.on_client_final(client.final(server_first)).value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scram_pass_through)

BOOST_AUTO_TEST_CASE(the_keys_are_those_of_the_password) {
  const auto salted = pbkdf2_sha256(kPassword, kChallenge.salt, kChallenge.iterations);
  const auto keys = login_keys(proof_of(kPassword), derive_scram_keys(kPassword, kChallenge));
  BOOST_TEST((keys.client_key == hmac_sha256(bytes_of(salted), "Client Key")));
  BOOST_TEST((keys.server_key == hmac_sha256(bytes_of(salted), "Server Key")));
}

BOOST_AUTO_TEST_CASE(they_are_the_same_for_every_log_in_and_make_the_verifier) {
  const auto verifier_keys = derive_scram_keys(kPassword, kChallenge);
  ScramExchange other(kChallenge, std::string(kScramNonceBytes, '\x11'));
  const tests::ScramClient client(kPassword, "n", "n=,r=xyz");
  const auto server_first = other.on_client_first(client.first()).value();
  const auto proof = other.on_client_final(client.final(server_first)).value();
  const auto keys = login_keys(proof, verifier_keys);
  BOOST_TEST((keys.client_key == login_keys(proof_of(kPassword), verifier_keys).client_key));
  BOOST_TEST((sha256(bytes_of(keys.client_key)) == verifier_keys.stored_key));
}

BOOST_AUTO_TEST_CASE(a_wrong_proof_gives_keys_that_log_nobody_in) {
  const auto verifier_keys = derive_scram_keys(kPassword, kChallenge);
  const auto keys = login_keys(proof_of("pencils"), verifier_keys);
  BOOST_TEST((sha256(bytes_of(keys.client_key)) != verifier_keys.stored_key));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
