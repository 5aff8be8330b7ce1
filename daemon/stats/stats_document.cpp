#include "daemon/stats/stats_document.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "daemon/stats/document_pools.h"
#include "daemon/stats/pool_queues.h"
#include "daemon/stats/pool_sums.h"
#include "daemon/stats/process_figures.h"
#include "daemon/stats/statement_table.h"
#include "daemon/stats/verdict.h"

namespace howdah::stats {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t kMostPools = 200;
constexpr std::size_t kMostPeople = 20;  // who wait, and who have servers
constexpr std::size_t kMostStatements = 20;
constexpr std::size_t kMostAdvice = 30;

double seconds_of_epoch(WallTime time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

Json verdict_json(const Verdict& verdict) {
  Json findings = Json::array();
  for (const auto& finding : verdict.findings) {
    findings.push_back({{"grade", word_of(finding.grade)}, {"about", finding.about}, {"text", finding.text}});
  }
  return {{"grade", word_of(verdict.grade)}, {"findings", std::move(findings)}};
}

Json drain_json(const Drain& drain, std::size_t clients_left) {
  Json json{{"begun_at", seconds_of_epoch(drain.begun_at)},
            {"doors_close_at", seconds_of_epoch(drain.doors_close_at)},
            {"clients_at_begin", drain.clients},
            {"clients_left", clients_left},
            {"rate", drain.rate}};
  if (drain.ends_at) json["ends_at"] = seconds_of_epoch(*drain.ends_at);
  return json;
}

Json peers_json(const PeersSnapshot& all) {
  Json peers = Json::array();
  for (const auto& peer : all.peers) {
    peers.push_back({{"instance", peer.number},
                     {"cancels_forwarded", peer.forwarded},
                     {"cancels_refused", peer.refused},
                     {"cancels_failed", peer.failed}});
  }
  return {{"instance", all.instance},
          {"peers", std::move(peers)},
          {"cancels_received", all.received},
          {"cancels_received_refused", all.received_refused}};
}

Json daemon_json(const Snapshot& snapshot, const ProcessFigures& process) {
  Json json{{"version", HOWDAH_VERSION},
            {"ready", snapshot.is_ready},
            {"draining", snapshot.is_draining},
            {"clients_logging_in", snapshot.clients_logging_in},
            {"clients_max", snapshot.clients_limit},
            {"clients_accepted", snapshot.clients_accepted},
            {"logins_failed", snapshot.logins_failed},
            {"cpu_seconds", process.cpu_seconds},
            {"memory_bytes", process.resident_bytes},
            {"descriptors_open", process.open_descriptors},
            {"descriptors_max", process.most_descriptors}};
  if (snapshot.peers.instance != 0) json["instances"] = peers_json(snapshot.peers);
  if (snapshot.drain) json["drain"] = drain_json(*snapshot.drain, snapshot.clients_left);
  if (snapshot.started_at != WallTime()) json["started_at"] = seconds_of_epoch(snapshot.started_at);
  return json;
}

// Who waits and who has servers, in all pools; those for longest in front.
struct People {
  Json waiters = Json::array();
  Json holders = Json::array();
};

Json waiter_json(const PoolQueue& queue, const Waiting& waiting, bool shows_addresses) {
  const auto& client = waiting.client;
  Json json{{"database", queue.pool.database},
            {"user", client.user},
            {"place", waiting.place},
            {"client", client.id},
            {"application", client.application_name},
            {"wait_seconds", in_seconds(client.wait)}};
  if (shows_addresses) json["address"] = client.address;
  return json;
}

Json holder_json(const PoolQueue& queue, const Holder& holder, bool shows_addresses) {
  Json json{{"database", queue.pool.database},
            {"user", holder.user},
            {"client", holder.client_id},
            {"application", holder.application_name},
            {"state", holder.state},
            {"pinned_by", holder.pin_reason},
            {"in_state_seconds", in_seconds(holder.in_state)},
            {"held_seconds", in_seconds(holder.held)}};
  if (shows_addresses) json["address"] = holder.address;
  return json;
}

void keep_longest(Json& people, const char* time) {
  std::sort(people.begin(), people.end(),
            [time](const Json& one, const Json& other) { return one[time].get<double>() > other[time].get<double>(); });
  while (people.size() > kMostPeople) people.erase(people.size() - 1);
}

People people_of(const SnapshotSource& source, const Snapshot& snapshot, bool shows_addresses) {
  People people;
  const auto clients = source.clients();
  const auto servers = source.servers();
  for (const auto& pool : snapshot.pools) {
    if (pool.clients_waiting + pool.servers_active + pool.servers_pinned == 0) continue;
    const auto queue = queue_of(pool, clients, servers);
    for (std::size_t i = 0; i < std::min(kMostPeople, queue.waiting.size()); ++i) {
      people.waiters.push_back(waiter_json(queue, queue.waiting[i], shows_addresses));
    }
    for (std::size_t i = 0; i < std::min(kMostPeople, queue.holders.size()); ++i) {
      people.holders.push_back(holder_json(queue, queue.holders[i], shows_addresses));
    }
  }
  keep_longest(people.waiters, "wait_seconds");
  keep_longest(people.holders, "held_seconds");
  return people;
}

Json statements_json(const std::vector<StatementSnapshot>& statements) {
  Json list = Json::array();
  for (const auto& one : statements) {
    if (list.size() == kMostStatements) break;
    list.push_back({{"database", one.database},
                    {"user", one.user},
                    {"fingerprint", fingerprint_text(one.fingerprint)},
                    {"text", one.text},
                    {"calls", one.calls},
                    {"errors", one.errors},
                    {"rows", one.rows},
                    {"bytes", one.bytes},
                    {"wait_seconds", in_seconds(one.wait_time)},
                    {"server_seconds", in_seconds(one.server_time)},
                    {"longest_seconds", in_seconds(one.longest)}});
  }
  return list;
}

Json advice_json(const std::vector<Advice>& advice) {
  Json list = Json::array();
  for (const auto& one : advice) {
    if (list.size() == kMostAdvice) break;
    list.push_back({{"about", one.about}, {"kind", one.kind}, {"text", one.text}, {"figures", one.figures}});
  }
  return list;
}

}  // namespace

std::string stats_document(const SnapshotSource& source, const History& history, bool shows_addresses) {
  const auto snapshot = source.snapshot();
  const auto process = read_process_figures();
  auto people = people_of(source, snapshot, shows_addresses);
  Json pools = Json::array();
  for (const auto& pool : bounded_pools(snapshot.pools, kMostPools)) {
    pools.push_back(pool_json(pool, history.of(pool.database, pool.user), snapshot.taken_at));
  }
  const Json document{{"version", kDocumentVersion},
                      {"taken_at", seconds_of_epoch(snapshot.taken_at)},
                      {"verdict", verdict_json(verdict_on(snapshot, history, process))},
                      {"daemon", daemon_json(snapshot, process)},
                      {"all", pool_json(sum_of(snapshot.pools), &history.of_all(), snapshot.taken_at)},
                      {"pools", std::move(pools)},
                      {"waiters", std::move(people.waiters)},
                      {"holders", std::move(people.holders)},
                      {"statements", statements_json(source.statements())},
                      {"advice", advice_json(source.advice())}};
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace howdah::stats
