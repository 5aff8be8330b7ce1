// Secrets of users as they are configured, and the MD5 scheme. (PostgreSQL documentation: "Password
// Authentication")
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "protocol/bytes.h"
#include "protocol/crypto.h"
#include "protocol/scram_verifier.h"

namespace howdah::protocol {

struct PlainSecret {
  SecretText text;
};

// "md5" and 32 lower-case hex digits: the hash of password and user name.
struct Md5Secret {
  SecretText text;
};

using Secret = std::variant<PlainSecret, Md5Secret, ScramVerifier>;

// Tells the kinds apart as PostgreSQL does: what is neither an MD5 hash nor a verifier is plain text. An
// error, in words, for what begins like a verifier and is none, and for an empty text.
[[nodiscard]] std::expected<Secret, std::string> parse_secret(std::string_view text);

// "md5" and the hash that PostgreSQL stores; nothing where MD5 is forbidden.
[[nodiscard]] std::optional<std::string> md5_secret(std::string_view password, std::string_view user);
// What a client that knows the secret `stored` answers to the challenge `salt`.
[[nodiscard]] std::optional<std::string> md5_response(std::string_view stored, Bytes salt);

// Whether `password` is the one behind `secret`; no secret is nobody's. Derives SCRAM keys once in any case,
// under the verifier's own challenge or under `challenge`, so that the time tells nothing: milliseconds,
// never on an event loop.
[[nodiscard]] bool is_right_password(std::string_view password, std::string_view user,
                                     const std::optional<Secret>& secret, const ScramChallenge& challenge);

}  // namespace howdah::protocol
