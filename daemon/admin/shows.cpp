#include "daemon/admin/shows.h"

#include <algorithm>
#include <array>

#include "daemon/admin/show_rows.h"

namespace howdah::admin {

namespace {

using enum ColumnType;

// CLIENTS and SERVERS have the same columns.
constexpr auto kConnectionColumns = std::to_array<Column>({
    {"type"},
    {"user"},
    {"database"},
    {"state"},
    {"addr"},
    {"port", Int4},
    {"local_addr"},
    {"local_port", Int4},
    {"connect_time"},
    {"request_time"},
    {"wait", Int4},
    {"wait_us", Int4},
    {"close_needed", Int4},
    {"ptr"},
    {"link"},
    {"remote_pid", Int4},
    {"tls"},
    {"application_name"},
    {"pin_reason"},
});

// SOCKETS and ACTIVE_SOCKETS have the same columns: those of connections but the last, and buffers.
constexpr auto kSocketColumns = [] {
  constexpr auto kBuffers = std::to_array<Column>({{"recv_pos", Int4},
                                                   {"pkt_pos", Int4},
                                                   {"pkt_remain", Int4},
                                                   {"send_pos", Int4},
                                                   {"send_remain", Int4},
                                                   {"pkt_avail", Int4},
                                                   {"send_avail", Int4}});
  std::array<Column, kConnectionColumns.size() - 1 + kBuffers.size()> columns;
  std::ranges::copy(kBuffers, std::copy_n(kConnectionColumns.begin(), kConnectionColumns.size() - 1, columns.begin()));
  return columns;
}();

constexpr auto kPinColumns = std::to_array<Column>({
    {"database"},
    {"user"},
    {"client"},
    {"addr"},
    {"port", Int4},
    {"application_name"},
    {"server"},
    {"remote_pid", Int4},
    {"reason"},
    {"statement"},
    {"pinned", Int4},
    {"pinned_us", Int4},
});

constexpr auto kPoolColumns = std::to_array<Column>({
    {"database"},
    {"user"},
    {"cl_active", Int4},
    {"cl_waiting", Int4},
    {"cl_active_cancel_req", Int4},
    {"cl_waiting_cancel_req", Int4},
    {"sv_active", Int4},
    {"sv_active_cancel", Int4},
    {"sv_being_canceled", Int4},
    {"sv_idle", Int4},
    {"sv_used", Int4},
    {"sv_tested", Int4},
    {"sv_login", Int4},
    {"maxwait", Int4},
    {"maxwait_us", Int4},
    {"pool_mode"},
});

constexpr auto kDatabaseColumns = std::to_array<Column>({
    {"name"},
    {"host"},
    {"port", Int4},
    {"database"},
    {"force_user"},
    {"pool_size", Int4},
    {"min_pool_size", Int4},
    {"reserve_pool", Int4},
    {"pool_mode"},
    {"max_connections", Int4},
    {"current_connections", Int4},
    {"paused", Int4},
    {"disabled", Int4},
});

constexpr auto kStatsColumns = std::to_array<Column>({
    {"database"},
    {"total_xact_count", Numeric},
    {"total_query_count", Numeric},
    {"total_received", Numeric},
    {"total_sent", Numeric},
    {"total_xact_time", Numeric},
    {"total_query_time", Numeric},
    {"total_wait_time", Numeric},
    {"avg_xact_count", Numeric},
    {"avg_query_count", Numeric},
    {"avg_recv", Numeric},
    {"avg_sent", Numeric},
    {"avg_xact_time", Numeric},
    {"avg_query_time", Numeric},
    {"avg_wait_time", Numeric},
});

// STATS_TOTALS and STATS_AVERAGES have the same columns.
constexpr auto kStatsPartColumns = std::to_array<Column>({
    {"database"},
    {"xact_count", Numeric},
    {"query_count", Numeric},
    {"bytes_received", Numeric},
    {"bytes_sent", Numeric},
    {"xact_time", Numeric},
    {"query_time", Numeric},
    {"wait_time", Numeric},
});

constexpr auto kWaitingColumns = std::to_array<Column>({
    {"database"},
    {"pool_user"},
    {"place", Int4},
    {"client"},
    {"user"},
    {"addr"},
    {"application_name"},
    {"wait", Int4},
    {"wait_us", Int4},
    {"pool_size", Int4},
    {"servers", Int4},
    {"held_by"},
});

constexpr auto kPreparedColumns = std::to_array<Column>({
    {"database"},
    {"user"},
    {"statements", Int4},
    {"on_servers", Int8},
    {"servers", Int4},
    {"most_per_server", Int4},
});

// Microseconds.
constexpr auto kTimeColumns = std::to_array<Column>({
    {"database"},
    {"user"},
    {"time"},
    {"count", Numeric},
    {"mean_us", Int8},
    {"p50_us", Int8},
    {"p95_us", Int8},
    {"p99_us", Int8},
    {"longest_us", Int8},
});

constexpr auto kStatementColumns = std::to_array<Column>({
    {"database"},
    {"user"},
    {"statement"},
    {"calls", Numeric},
    {"errors", Numeric},
    {"rows", Numeric},
    {"bytes", Numeric},
    {"wait_us", Numeric},
    {"server_us", Numeric},
    {"longest_us", Int8},
    {"fingerprint"},
});

// Of PgBouncer's later versions; behind them, what came of the cancels.
constexpr auto kPeerColumns = std::to_array<Column>({{"peer_id", Int4},
                                                     {"host"},
                                                     {"port", Int4},
                                                     {"pool_size", Int4},
                                                     {"forwarded", Numeric},
                                                     {"refused", Numeric},
                                                     {"failed", Numeric},
                                                     {"last_failure"}});
constexpr auto kPeerPoolColumns = std::to_array<Column>({{"peer_id", Int4},
                                                         {"cl_active_cancel_req", Int4},
                                                         {"cl_waiting_cancel_req", Int4},
                                                         {"sv_active_cancel", Int4},
                                                         {"sv_login", Int4}});

constexpr auto kAdviceColumns = std::to_array<Column>({{"about"}, {"kind"}, {"advice"}, {"figures"}});
constexpr auto kDisconnectColumns = std::to_array<Column>({{"database"}, {"user"}, {"reason"}, {"count", Numeric}});
constexpr auto kErrorColumns = std::to_array<Column>({{"database"}, {"user"}, {"sqlstate"}, {"count", Numeric}});
constexpr auto kHostColumns = std::to_array<Column>({{"hostname"}, {"ttl", Int8}, {"addrs"}});
constexpr auto kZoneColumns = std::to_array<Column>({{"zonename"}, {"serial", Int8}, {"count", Int4}});
constexpr auto kMemoryColumns =
    std::to_array<Column>({{"name"}, {"size", Int4}, {"used", Int4}, {"free", Int4}, {"memtotal", Int4}});
constexpr auto kTraceColumns = std::to_array<Column>({
    {"client"},
    {"user"},
    {"database"},
    {"by"},
    {"since"},
    {"values"},
    {"bytes", Int8},
    {"file"},
});

constexpr auto kConfigColumns = std::to_array<Column>({{"key"}, {"value"}, {"default"}, {"changeable"}});
constexpr auto kListColumns = std::to_array<Column>({{"list"}, {"items", Int4}});
constexpr auto kStateColumns = std::to_array<Column>({{"key"}, {"value"}});
constexpr auto kTotalColumns = std::to_array<Column>({{"name"}, {"value", Numeric}});
constexpr auto kUserColumns = std::to_array<Column>({{"name"}, {"pool_mode"}});
constexpr auto kVersionColumns = std::to_array<Column>({{"version"}});

constexpr auto kShows = std::to_array<Show>({
    {"active_sockets", kSocketColumns, active_socket_rows},
    {"advice", kAdviceColumns, advice_rows},
    {"clients", kConnectionColumns, client_rows},
    {"config", kConfigColumns, config_rows},
    {"databases", kDatabaseColumns, database_rows},
    {"disconnects", kDisconnectColumns, disconnect_rows},
    {"dns_hosts", kHostColumns, host_rows},
    {"dns_zones", kZoneColumns, no_rows},
    {"errors", kErrorColumns, error_rows},
    {"lists", kListColumns, list_rows},
    {"mem", kMemoryColumns, memory_rows},
    {"peer_pools", kPeerPoolColumns, peer_pool_rows},
    {"peers", kPeerColumns, peer_rows},
    {"pins", kPinColumns, pin_rows},
    {"pools", kPoolColumns, pool_rows},
    {"prepared", kPreparedColumns, prepared_rows},
    {"servers", kConnectionColumns, server_rows},
    {"sockets", kSocketColumns, socket_rows},
    {"state", kStateColumns, state_rows},
    {"statements", kStatementColumns, statement_rows},
    {"stats", kStatsColumns, stats_rows},
    {"stats_averages", kStatsPartColumns, stats_averages_rows},
    {"stats_totals", kStatsPartColumns, stats_totals_rows},
    {"times", kTimeColumns, time_rows},
    {"totals", kTotalColumns, totals_rows},
    {"traces", kTraceColumns, trace_rows},
    {"users", kUserColumns, user_rows},
    {"version", kVersionColumns, version_rows},
    {"waiting", kWaitingColumns, waiting_rows},
});

}  // namespace

std::span<const Show> all_shows() {
  return kShows;
}

const Show* find_show(std::string_view name) {
  const auto show = std::ranges::find(kShows, name, &Show::name);
  return show == kShows.end() ? nullptr : &*show;
}

}  // namespace howdah::admin
