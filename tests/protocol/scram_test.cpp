#include "protocol/scram.h"

#include <boost/test/unit_test.hpp>

#include "tests/support/scram_client.h"

namespace howdah::protocol {

namespace {

using namespace std::string_literals;
using tests::attribute_of;
using tests::ScramClient;

const ScramChallenge kChallenge{.iterations = 16, .salt = "0123456789abcdef"};
const std::string kRandom(kScramNonceBytes, '\x5a');
const std::string kServerNonce = "WlpaWlpaWlpaWlpaWlpaWlpa";

ScramExchange new_exchange() {
  return {kChallenge, kRandom};
}

std::string words_of(const ErrorFields& error) {
  BOOST_TEST(severity_name(error.severity) == "FATAL");
  return error.sqlstate + ' ' + error.message;
}

// The digest of a certificate.
const std::string kEndPoint = "0123456789abcdef0123456789abcdef";

// A whole exchange by TLS: "right", "wrong", or why it was refused.
std::string play_bound(const ScramClient& client, const std::string& mechanism) {
  ScramExchange exchange(kChallenge, kRandom, kEndPoint);
  const auto initial = mechanism + "\0\xff\xff\xff\xff"s;
  if (const auto chosen = exchange.on_initial_response(initial); !chosen) return words_of(chosen.error());
  const auto first = exchange.on_client_first(client.first());
  if (!first) return words_of(first.error());
  const auto proof = exchange.on_client_final(client.final(*first));
  if (!proof) return words_of(proof.error());
  return is_right_proof(*proof, derive_scram_keys("secret", kChallenge)) ? "right" : "wrong";
}

std::string first_refusal(const std::string& message) {
  auto exchange = new_exchange();
  const auto answer = exchange.on_client_first(message);
  return answer ? "accepted" : words_of(answer.error());
}

const std::string kMalformed = "08P01 malformed SCRAM message";

// Plays an exchange in which the client ends with whatever `make_final` makes of the server-first-message;
// returns how it ends: "right", "wrong", or the error.
template <typename MakeFinal>
std::string play(const ScramClient& client, MakeFinal&& make_final) {
  auto exchange = new_exchange();
  const auto server_first = exchange.on_client_first(client.first());
  BOOST_REQUIRE(server_first.has_value());
  const auto proof = exchange.on_client_final(make_final(*server_first));
  if (!proof) return words_of(proof.error());
  return is_right_proof(*proof, derive_scram_keys("secret", kChallenge)) ? "right" : "wrong";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scram)

BOOST_AUTO_TEST_CASE(the_vector_of_rfc_7677_is_judged_right) {
  const ScramChallenge challenge{.iterations = 4096, .salt = *base64_decode("W22ZaJ0SNY7soEsUEjb6gQ==")};
  const auto keys = derive_scram_keys("pencil", challenge);
  ScramProof proof;
  proof.auth_message =
      "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s="
      "W22ZaJ0SNY7soEsUEjb6gQ==,"
      "i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
  base64_decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")->copy(proof.client_proof.data(), 32);
  BOOST_TEST(is_right_proof(proof, keys));
  BOOST_TEST(server_final_message(proof, keys) == "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
  proof.client_proof[31] = static_cast<char>(proof.client_proof[31] ^ 1);
  BOOST_TEST(!is_right_proof(proof, keys));
}

BOOST_AUTO_TEST_CASE(the_server_first_message_extends_the_nonce_and_tells_salt_and_iterations) {
  auto exchange = new_exchange();
  const auto answer = exchange.on_client_first("n,,n=,r=abc");
  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST(*answer == "r=abc" + kServerNonce + ",s=MDEyMzQ1Njc4OWFiY2RlZg==,i=16");
}

BOOST_AUTO_TEST_CASE(client_first_messages_that_postgresql_accepts_are_accepted) {
  for (const auto& message : {"n,,n=,r="s, "n,,n=other,r=abc"s, "y,,n=,r=abc"s, "n,,n=,r=abc,x=1,y=2"s, "n,,n=,r=abc,"s,
                              "n,,n=\xff\xfe,r=abc"s, "n,,n=,r==abc"s, "n,,n=,r=" + std::string(60000, 'x')})
    BOOST_TEST(first_refusal(message) == "accepted");
}

BOOST_AUTO_TEST_CASE(client_first_messages_that_break_the_grammar_are_malformed) {
  for (const auto& message : {""s,
                              "n"s,
                              "n,"s,
                              "n,,"s,
                              "y"s,
                              "y,,"s,
                              "x,,n=,r=a"s,
                              "\x01"s,
                              "\xff"s,
                              "p"s,
                              "p=tls-server-end-point,,n=,r=abc"s,
                              "n,b,"s,
                              "nx"s,
                              "n,,n="s,
                              "n,,n=,"s,
                              "n,,n=,r=a\0b"s,
                              "n,,n=,r=abc\0"s,
                              "n,,r=abc"s,
                              "n,,n,r=abc"s,
                              "n,,n=,r=abc,x"s,
                              "n,,n=,r=abc,1=2"s,
                              "n,,n=,r=abc,\xff=2"s,
                              "n,,n=,x=1,r=abc"s,
                              "n,,n=,r=abc,,x=1"s})
    BOOST_TEST(first_refusal(message) == kMalformed, message);
}

BOOST_AUTO_TEST_CASE(nonces_are_of_printable_characters) {
  for (const auto& nonce : {"a\x01"s, "a b"s, "a\x7f"s, "a\xc3\xa9"s, "\x80"s})
    BOOST_TEST(first_refusal("n,,n=,r=" + nonce) == "08P01 non-printable characters in SCRAM nonce");
}

BOOST_AUTO_TEST_CASE(what_scram_allows_and_we_lack_is_0A000) {
  BOOST_TEST(first_refusal("n,a=x,n=,r=abc") == "0A000 client uses authorization identity, but it is not supported");
  BOOST_TEST(first_refusal("n,,m=x,n=,r=abc") == "0A000 client requires an unsupported SCRAM extension");
}

BOOST_AUTO_TEST_CASE(the_right_password_is_proven_and_the_wrong_one_is_not) {
  const auto usual = [](const ScramClient& client) {
    return play(client, [&](const std::string& server_first) { return client.final(server_first); });
  };
  BOOST_TEST(usual(ScramClient("secret")) == "right");
  BOOST_TEST(usual(ScramClient("secret", "y")) == "right");
  BOOST_TEST(usual(ScramClient("secret", "n", "n=somebody,r=")) == "right");
  BOOST_TEST(usual(ScramClient("secret", "n", "n=,r=abc,z=9")) == "right");
  BOOST_TEST(usual(ScramClient("Secret")) == "wrong");
}

BOOST_AUTO_TEST_CASE(the_server_proves_that_it_knows_the_keys) {
  const ScramClient client("secret");
  auto exchange = new_exchange();
  const auto server_first = exchange.on_client_first(client.first());
  const auto proof = exchange.on_client_final(client.final(*server_first));
  BOOST_REQUIRE(proof.has_value());
  BOOST_TEST(server_final_message(*proof, derive_scram_keys("secret", kChallenge)) ==
             client.expected_server_final(*server_first));
}

BOOST_AUTO_TEST_CASE(extensions_in_the_client_final_message_are_signed_and_ignored) {
  const ScramClient client("secret");
  const auto outcome = play(client, [&](const std::string& server_first) {
    return client.final(server_first, client.without_proof(server_first) + ",x=1,y=");
  });
  BOOST_TEST(outcome == "right");
}

BOOST_AUTO_TEST_CASE(the_channel_binding_must_repeat_the_first_message) {
  const std::string words = "08P01 unexpected SCRAM channel-binding attribute in client-final-message";
  for (const auto& [flag, binding] : {std::pair{"n"s, "eSws"s}, std::pair{"y"s, "biws"s}, std::pair{"n"s, ""s},
                                      std::pair{"n"s, "cD10bHMtdW5pcXVlLCw="s}, std::pair{"n"s, "biwsx"s}}) {
    const ScramClient client("secret", flag);
    const auto outcome = play(client, [&](const std::string& server_first) {
      return client.final(server_first, "c=" + binding + ",r=" + attribute_of(server_first, 'r'));
    });
    BOOST_TEST(outcome == words);
  }
}

BOOST_AUTO_TEST_CASE(another_nonce_than_the_agreed_one_is_refused) {
  const ScramClient client("secret");
  for (const auto& nonce : {""s, "abc"s, "abc" + kServerNonce + 'x', "abd" + kServerNonce, kServerNonce}) {
    const auto outcome =
        play(client, [&](const std::string& server_first) { return client.final(server_first, "c=biws,r=" + nonce); });
    BOOST_TEST(outcome == "08P01 invalid SCRAM response");
  }
}

BOOST_AUTO_TEST_CASE(client_final_messages_that_break_the_grammar_are_malformed) {
  const std::string start = "c=biws,r=abc" + kServerNonce;
  const auto proof = ",p=" + base64_encode(std::string(32, 'p'));
  for (const auto& message :
       {""s, "c"s, "r=abc"s, "c=biws"s, "c=biws,p=x"s, start, start + ",", start + ",x" + proof, start + ",1=2" + proof,
        start + ",," + proof, start + proof + ",x=1", start + proof + '\0',
        start + ",p=", start + ",p=" + base64_encode("abc"), start + ",p=" + base64_encode(std::string(33, 'p')),
        start + proof.substr(0, proof.size() - 1), start + proof + "====", start + ",p=!" + proof.substr(4),
        start + proof.substr(0, 6) + ' ' + proof.substr(6)}) {
    BOOST_TEST(play(ScramClient("secret"), [&](const std::string&) { return message; }) == kMalformed, message);
  }
}

BOOST_AUTO_TEST_CASE(every_truncation_and_every_changed_byte_fails) {
  const ScramClient client("secret");
  auto exchange = new_exchange();
  const auto good = client.final(*exchange.on_client_first(client.first()));
  for (std::size_t at = 0; at < good.size(); ++at) {
    BOOST_TEST(play(client, [&](const std::string&) { return good.substr(0, at); }) != "right");
    auto changed = good;
    changed[at] = changed[at] == 'X' ? 'Y' : 'X';
    BOOST_TEST(play(client, [&](const std::string&) { return changed; }) != "right");
  }
}

BOOST_AUTO_TEST_CASE(a_sasl_initial_response_names_the_mechanism_and_may_bring_a_response) {
  const auto body = "SCRAM-SHA-256\0\0\0\0\3n,,"s;
  BOOST_TEST((new_exchange().on_initial_response(body)->value() == "n,,"));
  const auto empty = "SCRAM-SHA-256\0\0\0\0\0"s;
  BOOST_TEST((new_exchange().on_initial_response(empty)->value() == ""));
  BOOST_TEST(!new_exchange().on_initial_response("SCRAM-SHA-256\0\xff\xff\xff\xff"s)->has_value());
}

BOOST_AUTO_TEST_CASE(other_sasl_initial_responses_get_the_answers_of_postgresql) {
  struct Case {
    std::string body;
    std::string words;
  };
  const std::string mechanism = "client selected an invalid SASL authentication mechanism";
  const std::vector<Case> cases{
      {"", "invalid string in message"},
      {"SCRAM-SHA-256", "invalid string in message"},
      {"\0"s, mechanism},
      {"secret\0"s, mechanism},
      {"SCRAM-SHA-1\0\0\0\0\3n,,"s, mechanism},
      {"SCRAM-SHA-256-PLUS\0\0\0\0\3n,,"s, mechanism},
      {"scram-sha-256\0\0\0\0\3n,,"s, mechanism},
      {"SCRAM-SHA-1\0\0\0\0\x63"s, mechanism},
      {"SCRAM-SHA-256\0"s, "insufficient data left in message"},
      {"SCRAM-SHA-256\0\0\0\0"s, "insufficient data left in message"},
      {"SCRAM-SHA-256\0\0\0\0\x63n,,"s, "insufficient data left in message"},
      {"SCRAM-SHA-256\0\xff\xff\xff\xfen,,"s, "insufficient data left in message"},
      {"SCRAM-SHA-256\0\x80\0\0\0n,,"s, "insufficient data left in message"},
      {"SCRAM-SHA-256\0\0\0\0\2n,,"s, "invalid message format"},
      {"SCRAM-SHA-256\0\xff\xff\xff\xffn,,"s, "invalid message format"},
  };
  for (const auto& [body, words] : cases) {
    const auto parsed = new_exchange().on_initial_response(body);
    BOOST_REQUIRE(!parsed.has_value());
    BOOST_TEST(words_of(parsed.error()) == "08P01 " + words);
  }
}

// (RFC 5802, section 6)
BOOST_AUTO_TEST_CASE(with_tls_the_flag_must_fit_the_mechanism_and_what_was_offered) {
  struct Case {
    std::string mechanism;
    std::string flag;
    std::string answer;
  };
  const auto plus = std::string(kScramPlusMechanism);
  const auto plain = std::string(kScramMechanism);
  const std::string bound = "p=tls-server-end-point";
  const std::vector<Case> cases{
      {plain, "n", "right"},
      {plain, "y", "28000 SCRAM channel binding negotiation error"},
      {plain, bound, "08P01 malformed SCRAM message"},
      {plus, bound, "right"},
      {plus, "n", "08P01 malformed SCRAM message"},
      {plus, "y", "08P01 malformed SCRAM message"},
      {plus, "p", "08P01 malformed SCRAM message"},
      {plus, "p=", "08P01 unsupported SCRAM channel-binding type"},
      {plus, "p=tls-unique", "08P01 unsupported SCRAM channel-binding type"},
      {plus, bound + "x", "08P01 unsupported SCRAM channel-binding type"},
  };
  for (const auto& [mechanism, flag, answer] : cases) {
    BOOST_TEST_CONTEXT(mechanism << " with " << flag) {
      const auto binding = mechanism == plus ? kEndPoint : "";
      BOOST_TEST(play_bound(ScramClient("secret", flag, "n=,r=abc", binding), mechanism) == answer);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_client_that_is_bound_to_another_certificate_is_refused) {
  const auto plus = std::string(kScramPlusMechanism);
  const std::string bound = "p=tls-server-end-point";
  auto other = kEndPoint;
  other.back() ^= 1;
  for (const auto& binding : {other, std::string(), kEndPoint + "x", kEndPoint.substr(1)}) {
    BOOST_TEST(play_bound(ScramClient("secret", bound, "n=,r=abc", binding), plus) ==
               "28000 SCRAM channel binding check failed");
  }
  BOOST_TEST(play_bound(ScramClient("wrong", bound, "n=,r=abc", kEndPoint), plus) == "wrong");
}

BOOST_AUTO_TEST_CASE(without_tls_nothing_is_offered_to_bind_to) {
  BOOST_TEST(new_exchange().mechanisms() == "SCRAM-SHA-256\0\0"s);
  BOOST_TEST(ScramExchange(kChallenge, kRandom, kEndPoint).mechanisms() == "SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"s);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
