// What a server keeps of a password to check it with SCRAM-SHA-256, in PostgreSQL's text form:
// SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>, the last three in base64. (RFC 5803, RFC 7677)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/bytes.h"
#include "protocol/crypto.h"

namespace howdah::protocol {

inline constexpr std::uint32_t kDefaultScramIterations = 4096;
// A verifier outside of these is none: PostgreSQL can make 1, and more than the limit would take seconds to
// check.
inline constexpr std::uint32_t kMinScramIterations = 1;
inline constexpr std::uint32_t kMaxScramIterations = 10'000'000;
inline constexpr std::size_t kScramSaltBytes = 16;  // of those that we make
inline constexpr std::size_t kMaxScramSaltBytes = 256;

// What the client is told before it proves anything.
struct ScramChallenge {
  std::uint32_t iterations = kDefaultScramIterations;
  std::string salt;  // raw

  friend bool operator==(const ScramChallenge&, const ScramChallenge&) = default;
};

// Overwritten when it dies: with StoredKey and one overheard log-in, anybody could log in.
struct ScramKeys {
  Sha256Digest stored_key{};
  Sha256Digest server_key{};

  ScramKeys() = default;
  ScramKeys(const ScramKeys&) = default;
  ScramKeys& operator=(const ScramKeys&) = default;
  ~ScramKeys();
  friend bool operator==(const ScramKeys&, const ScramKeys&);  // in constant time
};

struct ScramVerifier {
  ScramChallenge challenge;
  ScramKeys keys;

  friend bool operator==(const ScramVerifier&, const ScramVerifier&) = default;
};

[[nodiscard]] std::optional<ScramVerifier> parse_scram_verifier(std::string_view text);
[[nodiscard]] std::string format_scram_verifier(const ScramVerifier& verifier);

// The keys of a password in plain text; prepares it with SASLprep first. Takes about a millisecond per 4,096
// iterations.
[[nodiscard]] ScramKeys derive_scram_keys(std::string_view password, const ScramChallenge& challenge);

// The challenge of a user who has no verifier. The same for the same secret and name, so that asking twice
// tells nobody that the user does not exist.
[[nodiscard]] ScramChallenge mock_scram_challenge(Bytes process_secret, std::string_view user,
                                                  std::uint32_t iterations = kDefaultScramIterations);

}  // namespace howdah::protocol
