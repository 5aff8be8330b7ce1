#include "daemon/cancel/peer_snapshot.h"

#include <algorithm>
#include <utility>

#include "config/listen_address.h"
#include "config/units.h"
#include "daemon/cancel/peer_forwarder.h"

namespace howdah::cancel {

namespace {

stats::PeerSnapshot snapshot_of(const config::PeerSettings& peer, const PeerFigures& figures) {
  const int number = static_cast<int>(config::parse_whole_number(peer.name).value_or(0));
  const auto counts = figures.of(number);
  stats::PeerSnapshot snapshot{.number = number,
                               .host = {},
                               .most_at_a_time = static_cast<int>(PeerForwarder::kMostAtATime),
                               .under_way = counts.under_way,
                               .waiting = counts.waiting,
                               .forwarded = counts.forwarded,
                               .refused = counts.refused,
                               .failed = counts.failed,
                               .last_failure = counts.last_failure};
  if (const auto address = config::parse_listen_address(peer.address)) {
    snapshot.host = address->is_local() ? address->folder : address->host;
    snapshot.port = address->port;
  }
  return snapshot;
}

}  // namespace

stats::PeersSnapshot snapshot_of_peers(const config::Settings& settings, const PeerFigures& figures) {
  const auto received = figures.received();
  stats::PeersSnapshot all{
      .instance = settings.instance, .received = received.taken, .received_refused = received.refused};
  for (const auto& [name, peer] : settings.peers) {
    if (name != std::to_string(settings.instance)) all.peers.push_back(snapshot_of(peer, figures));
  }
  std::ranges::sort(all.peers, {}, &stats::PeerSnapshot::number);
  return all;
}

}  // namespace howdah::cancel
