#include "daemon/stats/metrics.h"

#include <array>
#include <concepts>
#include <span>
#include <string_view>

#include "config/plain_text.h"
#include "daemon/stats/metric_families.h"
#include "daemon/stats/pool_sums.h"
#include "daemon/stats/process_figures.h"

namespace howdah::stats {

namespace {

double seconds(Microseconds time) {
  return std::chrono::duration<double>(time).count();
}

double number(std::integral auto value) {
  return static_cast<double>(value);
}

// One gauge of pools whose samples differ by the label `state`.
struct State {
  std::string_view name;
  int PoolSnapshot::* count;
};

constexpr auto kClientStates = std::to_array<State>({{"active", &PoolSnapshot::clients_active},
                                                     {"waiting", &PoolSnapshot::clients_waiting},
                                                     {"idle", &PoolSnapshot::clients_idle}});
constexpr auto kServerStates = std::to_array<State>({{"active", &PoolSnapshot::servers_active},
                                                     {"pinned", &PoolSnapshot::servers_pinned},
                                                     {"idle", &PoolSnapshot::servers_idle},
                                                     {"cleaning", &PoolSnapshot::servers_cleaning},
                                                     {"connecting", &PoolSnapshot::servers_connecting}});

// One figure of each pool.
struct PoolMetric {
  std::string_view name;
  std::string_view help;
  MetricType type;
  double (*value)(const PoolSnapshot& pool);
};

constexpr auto kCounter = MetricType::Counter;
constexpr auto kGauge = MetricType::Gauge;

constexpr auto kPoolMetrics = std::to_array<PoolMetric>({
    {"howdah_pool_servers_max", "Most server connections of the pool.", kGauge,
     [](const PoolSnapshot& pool) { return number(pool.settings.max_size); }},
    {"howdah_pool_servers_min", "Server connections that the pool keeps.", kGauge,
     [](const PoolSnapshot& pool) { return number(pool.settings.min_size); }},
    {"howdah_pool_servers_pinned_max", "Most server connections that clients may keep; 0 for no limit.", kGauge,
     [](const PoolSnapshot& pool) { return number(pool.settings.state.max_pinned); }},
    {"howdah_pool_prepared_statements", "Texts of prepared statements that a client or a server holds.", kGauge,
     [](const PoolSnapshot& pool) { return number(pool.statements); }},
    {"howdah_pool_longest_wait_seconds", "Time that the first client in the queue has waited.", kGauge,
     [](const PoolSnapshot& pool) { return seconds(pool.longest_wait); }},
    {"howdah_pool_login_failing", "Whether the last log-in to the backend failed.", kGauge,
     [](const PoolSnapshot& pool) { return pool.last_error.empty() ? 0.0 : 1.0; }},
    {"howdah_transactions_total", "Transactions that ended.", kCounter,
     [](const PoolSnapshot& pool) { return number(pool.totals.transactions); }},
    {"howdah_queries_total", "Simple queries and Executes.", kCounter,
     [](const PoolSnapshot& pool) { return number(pool.totals.queries); }},
    {"howdah_pins_total", "Times that a client kept its server for what it had left on it.", kCounter,
     [](const PoolSnapshot& pool) { return number(pool.totals.pins); }},
    {"howdah_pins_refused_total", "Clients that were ended since as many servers as may be were kept.", kCounter,
     [](const PoolSnapshot& pool) { return number(pool.totals.pins_refused); }},
    {"howdah_state_probes_total", "Times that a server was asked what a session had left on it.", kCounter,
     [](const PoolSnapshot& pool) { return number(pool.totals.probes); }},
    {"howdah_state_surprises_total", "Probes of state.probe: always that found what nothing had told of.", kCounter,
     [](const PoolSnapshot& pool) { return number(pool.totals.surprises); }},
    {"howdah_client_received_bytes_total", "Bytes that came from clients.", kCounter,
     [](const PoolSnapshot& pool) { return number(pool.totals.client_bytes_received); }},
    {"howdah_client_sent_bytes_total", "Bytes that went to clients.", kCounter,
     [](const PoolSnapshot& pool) { return number(pool.totals.client_bytes_sent); }},
    {"howdah_rows_total", "Rows that command tags told of.", kCounter,
     [](const PoolSnapshot& pool) { return number(pool.totals.rows); }},
    {"howdah_errors_total", "Errors that were sent to clients.", kCounter,
     [](const PoolSnapshot& pool) { return number(pool.totals.errors_sent); }},
    {"howdah_server_logins_total", "Log-ins to the backend that succeeded.", kCounter,
     [](const PoolSnapshot& pool) { return number(pool.totals.server_logins); }},
    {"howdah_server_login_failures_total", "Log-ins to the backend that failed.", kCounter,
     [](const PoolSnapshot& pool) { return number(pool.totals.server_login_failures); }},
    {"howdah_acquire_timeouts_total", "Clients that waited for a server in vain.", kCounter,
     [](const PoolSnapshot& pool) { return number(pool.totals.acquire_timeouts); }},
    {"howdah_cancels_total", "Cancel requests that were passed on.", kCounter,
     [](const PoolSnapshot& pool) { return number(pool.totals.cancels); }},
    {"howdah_transaction_seconds_total", "Time that clients held servers.", kCounter,
     [](const PoolSnapshot& pool) { return seconds(pool.totals.transaction_time); }},
    {"howdah_query_seconds_total", "Time from requests to the ends of their answers.", kCounter,
     [](const PoolSnapshot& pool) { return seconds(pool.totals.query_time); }},
    {"howdah_wait_seconds_total", "Time that clients waited for servers.", kCounter,
     [](const PoolSnapshot& pool) { return seconds(pool.totals.wait_time); }},
});

// The counts of each pool by a label more.
struct NamedMetric {
  std::string_view name;
  std::string_view help;
  std::string_view label;
  NamedCounts PoolSnapshot::* counts;
};
constexpr auto kNamedMetrics =
    std::to_array<NamedMetric>({{"howdah_errors_by_sqlstate_total", "Errors that were sent to clients, by SQLSTATE.",
                                 "sqlstate", &PoolSnapshot::errors},
                                {"howdah_disconnects_total", "Clients that left or were disconnected, by reason.",
                                 "reason", &PoolSnapshot::disconnects}});

struct TimeMetric {
  std::string_view name;
  std::string_view help;
  Histogram Distributions::* times;
};
constexpr auto kTimeMetrics = std::to_array<TimeMetric>(
    {{"howdah_wait_duration_seconds", "Time in the queue; who got a server at once is not counted.",
      &Distributions::wait},
     {"howdah_query_duration_seconds", "Time from a request to the end of its answers.", &Distributions::query},
     {"howdah_transaction_duration_seconds", "Time that a client had a server.", &Distributions::transaction}});

void add_states(Families& families, std::string_view name, std::string_view help, std::span<const PoolSnapshot> pools,
                std::span<const State> states) {
  families.start(name, help, kGauge);
  for (const auto& pool : pools) {
    for (const auto& state : states) {
      families.add(number(pool.*state.count), labels_of(pool, "state", state.name));
    }
  }
}

void add_pools(Families& families, std::span<const PoolSnapshot> pools) {
  add_states(families, "howdah_pool_clients", "Clients of the pool by state.", pools, kClientStates);
  add_states(families, "howdah_pool_servers", "Server connections of the pool by state.", pools, kServerStates);
  for (const auto& metric : kPoolMetrics) {
    families.start(metric.name, metric.help, metric.type);
    for (const auto& pool : pools) families.add(metric.value(pool), labels_of(pool));
  }
  for (const auto& metric : kNamedMetrics) {
    families.start(metric.name, metric.help, kCounter);
    for (const auto& pool : pools) {
      for (const auto& [name, count] : pool.*metric.counts) {
        families.add(number(count), labels_of(pool, metric.label, config::printable(name)));
      }
    }
  }
  for (const auto& metric : kTimeMetrics) {
    families.start(metric.name, metric.help, MetricType::Histogram);
    for (const auto& pool : pools) families.add(pool.times.*metric.times, labels_of(pool));
  }
}

void add_daemon(Families& families, const Snapshot& snapshot) {
  families.add_one("howdah_build_info", "The version of the daemon.", kGauge, 1, {{"version", HOWDAH_VERSION}});
  families.add_one("howdah_ready", "Whether the daemon has started up.", kGauge, snapshot.is_ready ? 1 : 0);
  families.add_one("howdah_draining", "Whether the daemon is ending.", kGauge, snapshot.is_draining ? 1 : 0);
  if (snapshot.drain) {
    families.add_one("howdah_drain_clients_at_begin", "Clients when the end of the daemon began.", kGauge,
                     number(snapshot.drain->clients));
    families.add_one("howdah_drain_clients_left", "Clients that are left of those and of later ones.", kGauge,
                     number(snapshot.clients_left));
  }
  families.add_one("howdah_clients_logging_in", "Clients that are logging in.", kGauge,
                   number(snapshot.clients_logging_in));
  families.add_one("howdah_clients_max", "Most clients at a time; 0 for no limit.", kGauge,
                   number(snapshot.clients_limit));
  families.add_one("howdah_clients_accepted_total", "Connections that clients made.", kCounter,
                   number(snapshot.clients_accepted));
  families.add_one("howdah_client_login_failures_total", "Log-ins of clients that failed.", kCounter,
                   number(snapshot.logins_failed));
}

// Whoever has no peers sees nothing of them.
void add_peers(Families& families, const PeersSnapshot& peers) {
  if (!peers.peers.empty()) {
    families.start("howdah_peer_cancels_total", "Cancels for clients of other instances, by what came of them.",
                   kCounter);
    for (const auto& peer : peers.peers) {
      const auto add = [&](std::uint64_t count, const char* result) {
        families.add(number(count), {{"peer", std::to_string(peer.number)}, {"result", result}});
      };
      add(peer.forwarded, "forwarded");
      add(peer.refused, "refused");
      add(peer.failed, "failed");
    }
  }
  if (peers.instance == 0) return;
  families.start("howdah_peer_cancels_received_total", "Cancels that other instances have forwarded here.", kCounter);
  families.add(number(peers.received), {{"result", "taken"}});
  families.add(number(peers.received_refused), {{"result", "refused"}});
}

void add_process(Families& families, const Snapshot& snapshot) {
  const auto figures = read_process_figures();
  families.add_one("howdah_process_cpu_seconds_total", "Processor time of the daemon.", kCounter, figures.cpu_seconds);
  families.add_one("howdah_process_resident_memory_bytes", "Memory of the daemon.", kGauge,
                   number(figures.resident_bytes));
  if (figures.open_descriptors > 0) {
    families.add_one("howdah_process_open_fds", "Open file descriptors.", kGauge, number(figures.open_descriptors));
  }
  families.add_one("howdah_process_max_fds", "Most open file descriptors.", kGauge, number(figures.most_descriptors));
  if (snapshot.started_at == WallTime()) return;
  const auto start = std::chrono::duration<double>(snapshot.started_at.time_since_epoch()).count();
  families.add_one("howdah_process_start_time_seconds", "When the daemon started, since 1970.", kGauge, start);
}

}  // namespace

std::string metrics_text(const Snapshot& snapshot) {
  Families families;
  add_daemon(families, snapshot);
  add_peers(families, snapshot.peers);
  add_process(families, snapshot);
  add_pools(families, bounded_pools(snapshot.pools, kMostLabelledPools));
  return families.text();
}

}  // namespace howdah::stats
