// What the console and the stats port show, as values taken at one moment: plain copies, not pointers.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/settings.h"
#include "daemon/stats/histogram.h"

namespace howdah::stats {

using WallTime = std::chrono::system_clock::time_point;
using Microseconds = std::chrono::microseconds;

// Monotone counts since the start of the daemon.
struct Totals {
  std::uint64_t transactions = 0;
  std::uint64_t surprises = 0;     // found by a probe that nothing had asked for
  std::uint64_t probes = 0;        // of what a session has left on its server
  std::uint64_t pins_refused = 0;  // clients that were ended since state.max_pinned servers were kept
  std::uint64_t pins = 0;          // leases that were kept for what was left
  std::uint64_t queries = 0;       // simple queries and Executes
  std::uint64_t client_bytes_received = 0;
  std::uint64_t client_bytes_sent = 0;
  std::uint64_t rows = 0;         // that command tags told of
  std::uint64_t errors_sent = 0;  // ErrorResponses that went to clients
  std::uint64_t server_logins = 0;
  std::uint64_t server_login_failures = 0;
  std::uint64_t acquire_timeouts = 0;
  std::uint64_t cancels = 0;
  Microseconds transaction_time{};  // leased, between a transaction's first request and its end
  Microseconds lease_time{};        // leased, pinned or not
  Microseconds query_time{};        // from request to ReadyForQuery
  Microseconds wait_time{};         // in the queue
};

// How long things took, each since the start of the daemon.
struct Distributions {
  Histogram wait;         // in the queue; who got a server at once is not in there
  Histogram query;        // from request to ReadyForQuery
  Histogram transaction;  // a server was leased

  void add(const Distributions& other);
};

// Counts by a name, of which there are few: what names there are is bounded where they are counted.
using NamedCounts = std::map<std::string, std::uint64_t, std::less<>>;

// What an administrator has ordered and not taken back. Databases as clients call them.
struct Orders {
  bool are_all_paused = false;
  std::set<std::string> paused;
  std::set<std::string> disabled;

  [[nodiscard]] bool is_paused(const std::string& database) const {
    return are_all_paused || paused.contains(database);
  }
};

// A name in the backend's connection string.
struct HostSnapshot {
  std::string name;
  std::vector<std::string> addresses;
  std::chrono::seconds time_to_live{};  // until it is looked up again
};

struct PoolSnapshot {
  std::string database;
  std::string user;
  config::PoolSettings settings;
  int clients_active = 0;   // with a server
  int clients_waiting = 0;  // in the queue
  int clients_idle = 0;     // neither
  int servers_active = 0;   // leased, a request or transaction under way
  int servers_pinned = 0;   // leased, kept by a client between transactions
  int servers_idle = 0;
  int servers_cleaning = 0;
  int servers_connecting = 0;
  int servers_in_all = 0;       // logged in, on any worker or between two of them
  int statements = 0;           // texts of prepared statements that a client or a server holds
  bool is_paused = false;       // by an administrator
  int servers_cancelling = 0;   // a cancel for them is in flight
  int cancels = 0;              // CancelRequests of clients that are being passed on
  int cancels_waiting = 0;      // and those behind them
  Microseconds longest_wait{};  // of the client now first in the queue
  std::string last_error;       // of the last failed log-in to the backend, empty after a good one
  Totals totals;
  Distributions times;
  NamedCounts errors;                 // that went to clients, by SQLSTATE
  NamedCounts disconnects;            // of clients, by reason
  NamedCounts pinned_microseconds;    // for which servers were kept between transactions, by reason
  Microseconds held_so_far{};         // by the leases under way, all together
  Microseconds waited_so_far{};       // by those in the queue, all together
  std::vector<HostSnapshot> hosts;    // whose names were looked up
  std::string backend;                // the address of one of its servers; empty: there was none yet
  int backend_connections_limit = 0;  // as that was asked: of users who are no superusers; 0: not known
};

// Of a client whose frames go to a file.
struct TraceSnapshot {
  std::string by;  // the administrator who asked for it
  std::string started_at;
  std::string file;
  std::int64_t bytes = 0;
  bool has_values = false;
};

struct ClientSnapshot {
  std::uint64_t id = 0;
  std::string user;
  std::string database;
  std::string application_name;
  std::string state;    // "active", "waiting", "idle", "login", "console"
  std::string address;  // as io::Stream::peer tells it
  WallTime connected_at;
  WallTime last_request_at;
  Microseconds wait{};             // so far, when waiting
  std::uint64_t server_id = 0;     // of its lease; 0: none
  std::int32_t process_id = 0;     // as in its BackendKeyData
  Microseconds pinned{};           // so far, where its server is kept for what was left on it
  Microseconds in_state{};         // with a server: since the request under way, or since the last answer
  std::string pool_database = {};  // of its pool, empty where it has none
  std::string pool_user = {};
  std::uint64_t queue_number = 0;                   // in the order of arrival in the pool's queue; 0: not in there
  std::string local_address = {};                   // as io::Stream::local_name
  std::string tls = {};                             // as io::Stream::tls_name
  std::size_t unsent_bytes = 0;                     // that it has not taken yet
  std::size_t missing_bytes = 0;                    // of the message that is coming from it
  std::shared_ptr<const TraceSnapshot> trace = {};  // null: it is not traced
};

struct ServerSnapshot {
  std::uint64_t id = 0;
  std::string user;
  std::string database;
  std::string state;  // "active", "pinned", "idle", "cleaning", "listening" for all who LISTEN
  std::string address;
  std::string pin_reason;     // empty where not pinned
  std::string pin_statement;  // without its values
  WallTime connected_at;
  WallTime last_used_at;
  std::uint64_t client_id = 0;  // of its lease; 0: none
  std::int32_t process_id = 0;  // the backend's own
  Microseconds held{};          // the lease's time so far
  bool is_outdated = false;     // closed as soon as it is free: RECONNECT
  std::string application_name = {};
  std::string local_address = {};
  std::string tls = {};
  std::size_t unsent_bytes = 0;
  std::size_t missing_bytes = 0;
  std::size_t statements = 0;  // that are prepared there
};

// What was run of statements that differ in their literals only, for one database and user.
struct StatementSnapshot {
  std::string database;
  std::string user;
  std::uint64_t fingerprint = 0;  // of the text below; the same in every howdah
  std::string text;               // literals as $1, lists of them as one, without comments; cut where it is long
  std::uint64_t calls = 0;
  std::uint64_t errors = 0;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;     // of its replies
  Microseconds wait_time{};    // in the queue, where it was the first of a transaction
  Microseconds server_time{};  // from its request to the end of its replies
  Microseconds longest{};      // of the server's times
};

// What could be changed, from what was measured.
struct Advice {
  std::string about;    // "pool shop/app"
  std::string kind;     // "pool size", "unused minimum", ...: one word or two, always the same ones
  std::string text;     // what to do
  std::string figures;  // that it comes from
};

// Another instance, and what came of the cancels that were forwarded to it.
struct PeerSnapshot {
  int number = 0;
  std::string host;  // or the folder of a Unix socket
  int port = 0;
  int most_at_a_time = 0;
  int under_way = 0;
  int waiting = 0;
  std::uint64_t forwarded = 0;
  std::uint64_t refused = 0;
  std::uint64_t failed = 0;
  std::string last_failure;
};

// All others, and what they brought.
struct PeersSnapshot {
  int instance = 0;  // our own number; 0: none
  std::vector<PeerSnapshot> peers = {};
  std::uint64_t received = 0;
  std::uint64_t received_refused = 0;
};

// An end that lets clients finish.
struct Drain {
  WallTime begun_at;
  WallTime doors_close_at;  // no new clients from then on, and those that are there are told to go
  std::optional<WallTime> ends_at = {};
  std::size_t clients = 0;  // at the beginning
  int rate = 0;             // clients per second
};

struct Snapshot {
  WallTime taken_at;
  WallTime started_at;    // of the daemon; the epoch where it is not known
  bool is_ready = false;  // listeners open, first connections made or tried
  bool is_draining = false;
  std::optional<Drain> drain;  // under way
  std::size_t clients_left = 0;
  Orders orders;
  PeersSnapshot peers;
  bool is_stuck = false;  // a worker has not told of itself in time: there is nothing else in here
  int clients_logging_in = 0;
  int clients_limit = 0;
  std::uint64_t clients_accepted = 0;
  std::uint64_t logins_failed = 0;
  // Of one object, without what it points to.
  std::size_t client_bytes = 0;
  std::size_t server_bytes = 0;
  std::size_t pool_bytes = 0;
  std::vector<PoolSnapshot> pools;
};

// Of a pool.
struct PoolTotals {
  std::string database;
  Totals totals;
};

// What was counted at the beginning and at the end of a time.
struct Period {
  Microseconds length{};
  std::vector<PoolTotals> begin;
  std::vector<PoolTotals> end;
};

// The engine, as the console and the stats port see it: figures that were gathered. (gathering.h)
class SnapshotSource {
 public:
  [[nodiscard]] virtual Snapshot snapshot() const = 0;
  [[nodiscard]] virtual std::vector<ClientSnapshot> clients() const = 0;
  [[nodiscard]] virtual std::vector<ServerSnapshot> servers() const = 0;
  // Those that took most of the servers' time are in front.
  [[nodiscard]] virtual std::vector<StatementSnapshot> statements() const { return {}; }
  [[nodiscard]] virtual std::vector<Advice> advice() const { return {}; }
  // The last full one of admin.stats_period; null before its end.
  [[nodiscard]] virtual std::shared_ptr<const Period> last_period() const { return nullptr; }
  [[nodiscard]] virtual std::shared_ptr<const config::Settings> settings() const = 0;

 protected:
  ~SnapshotSource() = default;
};

}  // namespace howdah::stats
