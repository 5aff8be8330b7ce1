// The server's side of a SCRAM-SHA-256 exchange, as messages in and out: no I/O, and no randomness of its
// own. With TLS it may be bound to the session, by our certificate. Errors are PostgreSQL's, all FATAL. (RFC 5802,
// RFC 7677, RFC 5929: tls-server-end-point; PostgreSQL documentation: "SASL Authentication")
//
//   SASLInitialResponse -> ScramExchange::on_initial_response
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
inline constexpr std::string_view kScramPlusMechanism = "SCRAM-SHA-256-PLUS";
inline constexpr std::size_t kScramNonceBytes = 18;  // raw, of the server

// What the client offers as proof that it knows the password.
struct ScramProof {
  std::string auth_message;
  Sha256Digest client_proof{};
};

// One exchange. The user name in the messages is ignored: the startup packet's counts.
class ScramExchange {
 public:
  // `random`: kScramNonceBytes fresh random bytes. `server_end_point`: the digest of our certificate; empty where there
  // is no TLS to bind to.
  ScramExchange(ScramChallenge challenge, Bytes random, std::string server_end_point = {});

  // The mechanisms that the client may choose from, best first, as in AuthenticationSASL.
  [[nodiscard]] std::string mechanisms() const;
  // The body of a SASLInitialResponse, which chooses one of them. Returns the client-first-message in it, which lies in
  // `body`; nothing where an empty challenge is due, and the message comes after it. Once, first.
  [[nodiscard]] std::expected<std::optional<Bytes>, ErrorFields> on_initial_response(Bytes body);
  // Returns the server-first-message. Once.
  [[nodiscard]] std::expected<std::string, ErrorFields> on_client_first(Bytes message);
  // Once, after on_client_first has returned a message. After an error only destruction is allowed.
  [[nodiscard]] std::expected<ScramProof, ErrorFields> on_client_final(Bytes message);

 private:
  struct Gs2Header {
    std::string_view text;  // "n,,", "y,," or "p=tls-server-end-point,,"
    std::string_view rest;
  };

  [[nodiscard]] bool choose(std::string_view mechanism);
  [[nodiscard]] std::expected<Gs2Header, ErrorFields> read_gs2_header(std::string_view message) const;
  [[nodiscard]] std::expected<std::string_view, ErrorFields> read_binding_flag(std::string_view message) const;
  [[nodiscard]] std::expected<void, ErrorFields> check_binding(std::string_view attribute) const;

  ScramChallenge challenge_;
  std::string server_end_point_;
  bool is_plus_ = false;
  std::string server_nonce_;
  std::string nonce_;  // both parts
  std::string gs2_header_;
  std::string client_first_bare_;
  std::string server_first_;
};

[[nodiscard]] bool is_right_proof(const ScramProof& proof, const ScramKeys& keys);
[[nodiscard]] std::string server_final_message(const ScramProof& proof, const ScramKeys& keys);

}  // namespace howdah::protocol
