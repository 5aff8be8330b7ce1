// What the console and the stats port show of peers.
#pragma once

#include "config/settings.h"
#include "daemon/cancel/peer_figures.h"
#include "daemon/stats/snapshot.h"

namespace howdah::cancel {

// In the order of their numbers; our own is no peer.
[[nodiscard]] stats::PeersSnapshot snapshot_of_peers(const config::Settings& settings, const PeerFigures& figures);

}  // namespace howdah::cancel
