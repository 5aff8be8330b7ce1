// SHOW WAITING: who waits for a server, in the order of the queue, and who has held the servers of that pool longest.
#include "daemon/admin/show_rows.h"
#include "daemon/stats/pool_queues.h"

namespace howdah::admin {

namespace {

constexpr std::int64_t kMicroseconds = 1'000'000;

}  // namespace

Rows waiting_rows(const stats::SnapshotSource& source) {
  Rows rows;
  for (const auto& queue : stats::pool_queues(source)) {
    const auto holders = stats::longest_holders(queue, true);
    for (const auto& [place, client] : queue.waiting) {
      const auto wait = client.wait.count();
      rows.push_back({queue.pool.database, queue.pool.user, std::to_string(place), "c" + std::to_string(client.id),
                      client.user, client.address, client.application_name, std::to_string(wait / kMicroseconds),
                      std::to_string(wait % kMicroseconds), std::to_string(queue.pool.settings.max_size),
                      std::to_string(queue.pool.servers_in_all), holders});
    }
  }
  return rows;
}

}  // namespace howdah::admin
