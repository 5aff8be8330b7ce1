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
    {"clients", kConnectionColumns, client_rows},
    {"config", kConfigColumns, config_rows},
    {"databases", kDatabaseColumns, database_rows},
    {"lists", kListColumns, list_rows},
    {"pins", kPinColumns, pin_rows},
    {"pools", kPoolColumns, pool_rows},
    {"servers", kConnectionColumns, server_rows},
    {"state", kStateColumns, state_rows},
    {"stats", kStatsColumns, stats_rows},
    {"stats_averages", kStatsPartColumns, stats_averages_rows},
    {"stats_totals", kStatsPartColumns, stats_totals_rows},
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
