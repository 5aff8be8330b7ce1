// The receiving side of a cancel that another instance forwards, from its PeerRequest to the cancel. It is given bytes
// and appends the answer; no I/O. (protocol/peer_cancel.h)
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "config/settings.h"
#include "daemon/os/random.h"
#include "protocol/peer_cancel.h"

namespace howdah::cancel {

// Whether peers may forward anything to this howdah.
[[nodiscard]] inline bool takes_from_peers(const config::Settings& settings) {
  return settings.instance != 0 && !settings.peers_secret.empty();
}

class PeerReception {
 public:
  // Of settings that take something from peers. Appends the challenge.
  PeerReception(const config::Settings& settings, const protocol::PeerRequest& request, os::RandomSource& random,
                std::string& out);

  // The cancel, once its last byte is there; or why the peer is refused.
  [[nodiscard]] std::expected<std::optional<protocol::CancelRequest>, std::string_view> read(
      protocol::Bytes bytes) const;

 private:
  bool is_meant_;
  protocol::PeerExchange exchange_;
};

}  // namespace howdah::cancel
