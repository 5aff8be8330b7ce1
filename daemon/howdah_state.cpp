#include "daemon/howdah_state.h"

namespace howdah {

namespace {

PoolState as_public_state(const stats::PoolSnapshot& pool) {
  return {.database = pool.database,
          .user = pool.user,
          .max_size = pool.settings.max_size,
          .min_size = pool.settings.min_size,
          .clients_active = pool.clients_active,
          .clients_waiting = pool.clients_waiting,
          .clients_idle = pool.clients_idle,
          .servers_active = pool.servers_active,
          .servers_pinned = pool.servers_pinned,
          .servers_idle = pool.servers_idle,
          .servers_cleaning = pool.servers_cleaning,
          .servers_connecting = pool.servers_connecting,
          .is_paused = pool.is_paused,
          .longest_wait = pool.longest_wait,
          .last_error = pool.last_error,
          .transactions = pool.totals.transactions,
          .queries = pool.totals.queries,
          .errors_sent = pool.totals.errors_sent,
          .acquire_timeouts = pool.totals.acquire_timeouts,
          .server_logins = pool.totals.server_logins,
          .server_login_failures = pool.totals.server_login_failures,
          .client_bytes_received = pool.totals.client_bytes_received,
          .client_bytes_sent = pool.totals.client_bytes_sent,
          .transaction_time = pool.totals.transaction_time,
          .query_time = pool.totals.query_time,
          .wait_time = pool.totals.wait_time};
}

}  // namespace

PoolerState as_public_state(const stats::Snapshot& snapshot) {
  PoolerState state{.is_ready = snapshot.is_ready,
                    .is_draining = snapshot.is_draining,
                    .clients_logging_in = snapshot.clients_logging_in,
                    .clients_accepted = snapshot.clients_accepted,
                    .logins_failed = snapshot.logins_failed,
                    .pools = {}};
  for (const auto& pool : snapshot.pools) state.pools.push_back(as_public_state(pool));
  return state;
}

}  // namespace howdah
