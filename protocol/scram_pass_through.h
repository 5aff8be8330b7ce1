// What a client's SCRAM log-in gives away to a server that has its verifier: the keys with which that server can log in
// elsewhere, wherever the same verifier is kept. (RFC 5802, section 3; PostgreSQL 18 documentation: scram_client_key)
#pragma once

#include "protocol/crypto.h"
#include "protocol/scram.h"

namespace howdah::protocol {

// Overwritten when it dies: as good as the password.
struct ScramLoginKeys {
  Sha256Digest client_key{};
  Sha256Digest server_key{};

  ScramLoginKeys() = default;
  ScramLoginKeys(const ScramLoginKeys&) = default;
  ScramLoginKeys& operator=(const ScramLoginKeys&) = default;
  ~ScramLoginKeys() {
    cleanse(client_key.data(), client_key.size());
    cleanse(server_key.data(), server_key.size());
  }
};

// Of a proof that is right for these keys.
[[nodiscard]] ScramLoginKeys login_keys(const ScramProof& proof, const ScramKeys& keys);

}  // namespace howdah::protocol
