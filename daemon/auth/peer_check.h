// The method peer: the user of the operating system that the client runs as.
// (PostgreSQL documentation: "Peer Authentication")
#pragma once

#include <string>

#include "config/settings.h"
#include "daemon/auth/errand.h"
#include "daemon/auth/identity.h"
#include "daemon/io/peer_address.h"

namespace howdah::auth {

// Never right over TCP. The system may ask a directory for the name of a user, so it is not for a loop.
[[nodiscard]] OutsideWork make_peer_check(const config::AuthRule& rule, const IdentMapsPointer& maps,
                                          const std::string& user, const io::PeerAddress& peer);

}  // namespace howdah::auth
