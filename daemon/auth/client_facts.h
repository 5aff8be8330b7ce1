// What is known of a connection before its client has proved anything: what rules and methods look at.
#pragma once

#include <optional>
#include <string>

#include "daemon/io/peer_address.h"
#include "daemon/io/tls_facts.h"

namespace howdah::auth {

struct ClientFacts {
  std::string user = {};
  std::string database = {};
  io::PeerAddress peer = {};
  bool is_peer_told = false;             // by a load balancer, whose connection it is that reaches us
  std::optional<io::TlsFacts> tls = {};  // nothing: plain text
};

// Nobody on the way can read what the client sends: TLS, or it does not leave the machine.
[[nodiscard]] inline bool is_private(const ClientFacts& facts) {
  return facts.tls || (!facts.is_peer_told && (facts.peer.is_local() || facts.peer.is_loopback()));
}

}  // namespace howdah::auth
