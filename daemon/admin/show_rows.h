// The rows of each SHOW, from what the engine says of itself at this moment. Their order of columns is that
// of the table in shows.cpp; meanings are PgBouncer's where it has them.
#pragma once

#include "daemon/admin/result.h"
#include "daemon/stats/snapshot.h"

namespace howdah::admin {

// show_connections.cpp
[[nodiscard]] Rows client_rows(const stats::SnapshotSource& source);
[[nodiscard]] Rows server_rows(const stats::SnapshotSource& source);
[[nodiscard]] Rows pin_rows(const stats::SnapshotSource& source);
[[nodiscard]] Rows socket_rows(const stats::SnapshotSource& source);
[[nodiscard]] Rows active_socket_rows(const stats::SnapshotSource& source);

// show_waiting.cpp
[[nodiscard]] Rows waiting_rows(const stats::SnapshotSource& source);

// show_traces.cpp
[[nodiscard]] Rows trace_rows(const stats::SnapshotSource& source);

// show_pools.cpp
[[nodiscard]] Rows pool_rows(const stats::SnapshotSource& source);
[[nodiscard]] Rows database_rows(const stats::SnapshotSource& source);
[[nodiscard]] Rows user_rows(const stats::SnapshotSource& source);
[[nodiscard]] Rows host_rows(const stats::SnapshotSource& source);
[[nodiscard]] Rows list_rows(const stats::SnapshotSource& source);

// show_load.cpp
[[nodiscard]] Rows prepared_rows(const stats::SnapshotSource& source);
[[nodiscard]] Rows time_rows(const stats::SnapshotSource& source);
[[nodiscard]] Rows error_rows(const stats::SnapshotSource& source);
[[nodiscard]] Rows disconnect_rows(const stats::SnapshotSource& source);
[[nodiscard]] Rows statement_rows(const stats::SnapshotSource& source);
[[nodiscard]] Rows advice_rows(const stats::SnapshotSource& source);

// show_stats.cpp
[[nodiscard]] Rows stats_rows(const stats::SnapshotSource& source);
[[nodiscard]] Rows stats_totals_rows(const stats::SnapshotSource& source);
[[nodiscard]] Rows stats_averages_rows(const stats::SnapshotSource& source);
[[nodiscard]] Rows totals_rows(const stats::SnapshotSource& source);

// show_daemon.cpp
[[nodiscard]] Rows config_rows(const stats::SnapshotSource& source);
[[nodiscard]] Rows state_rows(const stats::SnapshotSource& source);
[[nodiscard]] Rows version_rows(const stats::SnapshotSource& source);
[[nodiscard]] Rows memory_rows(const stats::SnapshotSource& source);
// Of what PgBouncer has and howdah has not: zones of names.
[[nodiscard]] Rows no_rows(const stats::SnapshotSource& source);

// show_peers.cpp
[[nodiscard]] Rows peer_rows(const stats::SnapshotSource& source);
[[nodiscard]] Rows peer_pool_rows(const stats::SnapshotSource& source);

}  // namespace howdah::admin
