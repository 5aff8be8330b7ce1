// A cancel on its way from one howdah to the one that its key names:
//
//   sender    PeerRequest, its first packet: who it is, whom it wants, 32 random bytes
//   receiver  the challenge: 32 random bytes
//   sender    PeerCancel: the process id, the key encrypted, and the proof that it knows the shared secret
//   receiver  one byte once the cancel is done, and closes; only closes where it refuses
//
// Proof and cipher are HMAC-SHA-256 under the secret over all that both have said, so that an answer is good for one
// connection to one instance only. Bytes and rules, no I/O.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/bytes.h"
#include "protocol/crypto.h"
#include "protocol/startup.h"

namespace howdah::protocol {

// Of the keys that we give out: 4, or 32 with protocol 3.2. Others are not forwarded.
inline constexpr std::size_t kMostPeerKeyBytes = 32;
inline constexpr char kPeerDone = 'D';

// `nonce` has kPeerNonceBytes.
void append_peer_request(std::string& out, const PeerRequest& request);

// These bytes are a PeerRequest's first ones, as far as they go. There is at least one.
[[nodiscard]] bool may_begin_peer_request(Bytes bytes);

// How many bytes the PeerCancel at the front has; nothing while fewer than four are there; or why it is none.
[[nodiscard]] std::expected<std::optional<std::size_t>, std::string_view> peer_cancel_size(Bytes bytes);

// What both have said before the PeerCancel, and what both know.
class PeerExchange {
 public:
  // `challenge` has kPeerNonceBytes.
  PeerExchange(SecretText secret, const PeerRequest& request, Bytes challenge);

  // The PeerCancel. The key has at most kMostPeerKeyBytes.
  [[nodiscard]] std::string seal(const CancelRequest& cancel) const;
  // What a whole packet of peer_cancel_size holds; nothing where its proof is wrong, which takes as long as a right
  // one.
  [[nodiscard]] std::optional<CancelRequest> open(Bytes packet) const;

 private:
  [[nodiscard]] std::string encrypted(Bytes key) const;  // and the other way
  [[nodiscard]] Sha256Digest proof_of(Bytes front) const;

  SecretText secret_;
  std::string said_;
};

}  // namespace howdah::protocol
