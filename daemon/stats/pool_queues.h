// Who waits for a server of a pool, and who has them: from figures that were gathered, for the error of those who
// waited in vain, SHOW WAITING and the stats port. Plain values.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "daemon/stats/snapshot.h"

namespace howdah::stats {

// A client that has a server.
struct Holder {
  std::uint64_t client_id = 0;
  std::string user;
  std::string application_name;
  std::string address;  // for administrators only
  std::string state;    // of the server: "active", "idle in transaction", "pinned"
  std::string pin_reason;
  Microseconds in_state{};  // for so long
  Microseconds held{};      // its server
};

struct Waiting {
  std::size_t place = 0;  // in the queue, from 1
  ClientSnapshot client;
};

struct PoolQueue {
  PoolSnapshot pool;
  std::vector<Waiting> waiting;                           // who comes first is in front
  std::vector<Holder> holders;                            // who has held longest is in front
  std::unordered_map<std::uint64_t, std::size_t> places;  // of those who wait, by client id

  // 0: it is not in the queue.
  [[nodiscard]] std::size_t place_of(std::uint64_t client_id) const;
};

// The queue of one pool, from all clients and servers.
[[nodiscard]] PoolQueue queue_of(PoolSnapshot pool, std::span<const ClientSnapshot> clients,
                                 std::span<const ServerSnapshot> servers);

// Of each pool in which somebody waits.
[[nodiscard]] std::vector<PoolQueue> pool_queues(const SnapshotSource& source);

// "3 active, 1 idle in transaction"; "none" without servers.
[[nodiscard]] std::string uses_of_servers(const PoolQueue& queue);
// `client c12 (user app, application "worker"): idle in transaction for 12.3 s, has held its server for 15.0 s`
[[nodiscard]] std::string in_words(const Holder& holder, bool with_address);
// So of those three who have held longest, with "; " between them; empty where nobody has a server.
[[nodiscard]] std::string longest_holders(const PoolQueue& queue, bool with_address);

}  // namespace howdah::stats
