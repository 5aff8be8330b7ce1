#include "protocol/scram_pass_through.h"

namespace howdah::protocol {

// The proof is the ClientKey, exclusive-or'ed with a signature that the StoredKey makes.
ScramLoginKeys login_keys(const ScramProof& proof, const ScramKeys& keys) {
  ScramLoginKeys found;
  found.server_key = keys.server_key;
  const auto signature = hmac_sha256(bytes_of(keys.stored_key), proof.auth_message);
  for (std::size_t at = 0; at < signature.size(); ++at) {
    found.client_key[at] = static_cast<char>(signature[at] ^ proof.client_proof[at]);
  }
  return found;
}

}  // namespace howdah::protocol
