#include "daemon/stats/document_pools.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "config/words.h"
#include "daemon/stats/readiness.h"

namespace howdah::stats {

using Json = nlohmann::ordered_json;

namespace {

double rounded(double value) {
  constexpr double kThousand = 1000;
  return std::round(value * kThousand) / kThousand;
}

Json percentiles_json(const Percentiles& times) {
  return {{"count", times.count},
          {"p50", in_seconds(times.p50)},
          {"p95", in_seconds(times.p95)},
          {"p99", in_seconds(times.p99)}};
}

Json totals_json(const Totals& totals) {
  return {{"transactions", totals.transactions},
          {"queries", totals.queries},
          {"rows", totals.rows},
          {"client_received_bytes", totals.client_bytes_received},
          {"client_sent_bytes", totals.client_bytes_sent},
          {"errors", totals.errors_sent},
          {"pins", totals.pins},
          {"acquire_timeouts", totals.acquire_timeouts},
          {"cancels", totals.cancels},
          {"server_logins", totals.server_logins},
          {"server_login_failures", totals.server_login_failures}};
}

Json recent_json(const RecentFigures& recent) {
  if (recent.seconds <= 0) return nullptr;
  return {{"seconds", rounded(recent.seconds)},
          {"transactions_per_second", rounded(static_cast<double>(recent.totals.transactions) / recent.seconds)},
          {"queries_per_second", rounded(static_cast<double>(recent.totals.queries) / recent.seconds)},
          {"totals", totals_json(recent.totals)},
          {"wait", percentiles_json(recent.wait)},
          {"query", percentiles_json(recent.query)},
          {"transaction", percentiles_json(recent.transaction)},
          {"errors", recent.errors},
          {"disconnects", recent.disconnects}};
}

// One list for each figure. A percentile of nothing is null: the line has a gap there.
Json history_json(const PoolHistory& history, WallTime now) {
  Json ago = Json::array();
  Json transactions = Json::array();
  Json errors = Json::array();
  Json waiting = Json::array();
  Json active = Json::array();
  Json pinned = Json::array();
  Json idle = Json::array();
  for (const auto& point : history.points()) {
    ago.push_back(rounded(std::chrono::duration<double>(now - point.at).count()));
    transactions.push_back(rounded(point.transactions_per_second));
    errors.push_back(rounded(point.errors_per_second));
    waiting.push_back(point.clients_waiting);
    active.push_back(point.servers_active);
    pinned.push_back(point.servers_pinned);
    idle.push_back(point.servers_idle);
  }
  Json json{{"seconds_ago", std::move(ago)},          {"transactions_per_second", std::move(transactions)},
            {"errors_per_second", std::move(errors)}, {"clients_waiting", std::move(waiting)},
            {"servers_active", std::move(active)},    {"servers_pinned", std::move(pinned)},
            {"servers_idle", std::move(idle)}};
  const auto add_times = [&](const char* name, Percentiles HistoryPoint::* times) {
    for (const auto& [share, member] : {std::pair("p50", &Percentiles::p50), std::pair("p95", &Percentiles::p95),
                                        std::pair("p99", &Percentiles::p99)}) {
      auto& list = json[name][share] = Json::array();
      for (const auto& point : history.points()) {
        const auto& at = point.*times;
        list.push_back(at.count == 0 ? Json(nullptr) : Json(in_seconds(at.*member)));
      }
    }
  };
  add_times("wait", &HistoryPoint::wait);
  add_times("transaction", &HistoryPoint::transaction);
  return json;
}

}  // namespace

double in_seconds(Microseconds time) {
  constexpr double kMicroseconds = 1e6;
  return static_cast<double>(time.count()) / kMicroseconds;
}

Json pool_json(const PoolSnapshot& pool, const PoolHistory* history, WallTime now) {
  Json json{
      {"database", pool.database},
      {"user", pool.user},
      {"mode", config::word_of(pool.settings.mode)},
      {"clients", {{"active", pool.clients_active}, {"waiting", pool.clients_waiting}, {"idle", pool.clients_idle}}},
      {"servers",
       {{"active", pool.servers_active},
        {"pinned", pool.servers_pinned},
        {"idle", pool.servers_idle},
        {"cleaning", pool.servers_cleaning},
        {"connecting", pool.servers_connecting},
        {"min", pool.settings.min_size},
        {"max", pool.settings.max_size}}},
      {"longest_wait_seconds", in_seconds(pool.longest_wait)},
      {"login_error", login_error(pool)},
      {"totals", totals_json(pool.totals)},
      {"errors", pool.errors},
      {"disconnects", pool.disconnects},
      {"recent", nullptr},
      {"history", nullptr}};
  if (history != nullptr) {
    json["recent"] = recent_json(history->recent());
    json["history"] = history_json(*history, now);
  }
  return json;
}

}  // namespace howdah::stats
