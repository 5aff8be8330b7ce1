// The server's side of a SCRAM-SHA-256 exchange, as messages in and out: no I/O, and no randomness of its
// own. Without channel binding. Errors are PostgreSQL's, all FATAL. (RFC 5802, RFC 7677; PostgreSQL
// documentation: "SASL Authentication")
//
//   client-first -> ScramExchange::on_client_first -> server-first
//   client-final -> ScramExchange::on_client_final -> a proof -> is_right_proof -> server_final_message
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/bytes.h"
#include "protocol/crypto.h"
#include "protocol/error_fields.h"
#include "protocol/scram_verifier.h"

namespace howdah::protocol {

inline constexpr std::string_view kScramMechanism = "SCRAM-SHA-256";
inline constexpr std::size_t kScramNonceBytes = 18;  // raw, of the server

// What the client offers as proof that it knows the password.
struct ScramProof {
  std::string auth_message;
  Sha256Digest client_proof{};
};

// One exchange. The user name in the messages is ignored: the startup packet's counts.
class ScramExchange {
 public:
  // `random`: kScramNonceBytes fresh random bytes.
  ScramExchange(ScramChallenge challenge, Bytes random);

  // Returns the server-first-message. Once, first.
  [[nodiscard]] std::expected<std::string, ErrorFields> on_client_first(Bytes message);
  // Once, after on_client_first has returned a message. After an error only destruction is allowed.
  [[nodiscard]] std::expected<ScramProof, ErrorFields> on_client_final(Bytes message);

 private:
  ScramChallenge challenge_;
  std::string server_nonce_;
  std::string nonce_;  // both parts
  char channel_binding_flag_ = 'n';
  std::string client_first_bare_;
  std::string server_first_;
};

[[nodiscard]] bool is_right_proof(const ScramProof& proof, const ScramKeys& keys);
[[nodiscard]] std::string server_final_message(const ScramProof& proof, const ScramKeys& keys);

// The body of a SASLInitialResponse.
struct SaslInitialResponse {
  std::string_view mechanism;
  std::optional<Bytes> response;  // none: an empty challenge is due, and the response comes after it
};

// Views into `body`. Refuses every mechanism but SCRAM-SHA-256.
[[nodiscard]] std::expected<SaslInitialResponse, ErrorFields> parse_sasl_initial_response(Bytes body);

}  // namespace howdah::protocol
