// What a client is told that waits for a server: its place, the pool's size, and who has held the servers longest.
#pragma once

#include "config/settings.h"
#include "daemon/stats/pool_queues.h"
#include "protocol/error_fields.h"

namespace howdah::client {

struct WaitingClient {
  std::uint64_t id = 0;
  stats::Microseconds waited{};
  bool is_administrator = false;  // may know where others come from
};

// After acquire_timeout: SQLSTATE 53300.
[[nodiscard]] protocol::ErrorFields waited_in_vain(const WaitingClient& client, const stats::PoolQueue& queue);
// After acquire_notify: a notice.
[[nodiscard]] protocol::ErrorFields still_waiting(const WaitingClient& client, const stats::PoolQueue& queue);

}  // namespace howdah::client
