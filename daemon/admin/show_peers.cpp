// SHOW PEERS and PEER_POOLS.
#include "daemon/admin/show_rows.h"

namespace howdah::admin {

namespace {

template <typename Number>
Value text_of(Number number) {
  return std::to_string(number);
}

}  // namespace

// Its pool size is that of PgBouncer's peers: most cancels that are on their way to it at a time.
Rows peer_rows(const stats::SnapshotSource& source) {
  Rows rows;
  for (const auto& peer : source.snapshot().peers.peers) {
    rows.push_back({text_of(peer.number), peer.host, text_of(peer.port), text_of(peer.most_at_a_time),
                    text_of(peer.forwarded), text_of(peer.refused), text_of(peer.failed), peer.last_failure});
  }
  return rows;
}

Rows peer_pool_rows(const stats::SnapshotSource& source) {
  Rows rows;
  for (const auto& peer : source.snapshot().peers.peers) {
    rows.push_back(
        {text_of(peer.number), text_of(peer.under_way), text_of(peer.waiting), text_of(peer.under_way), text_of(0)});
  }
  return rows;
}

}  // namespace howdah::admin
