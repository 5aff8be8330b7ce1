#include "daemon/stats/page.h"

#include <algorithm>
#include <array>

#include "daemon/stats/metrics.h"

namespace howdah::stats {

namespace {

constexpr int kNotFound = 404;
constexpr int kMethodNotAllowed = 405;
constexpr int kUnavailable = 503;
constexpr std::size_t kMostReasons = 100;

bool has_servers(const PoolSnapshot& pool) {
  return pool.servers_active + pool.servers_pinned + pool.servers_idle + pool.servers_cleaning > 0;
}

// Only a pool that goes on trying counts. Where nobody waits, an old error would stand for ever if no client
// were sent here because of it; and one client with a misspelt database must not make the whole daemon
// unready.
bool is_in_need(const PoolSnapshot& pool) {
  return pool.clients_waiting > 0 || pool.servers_connecting > 0 || pool.settings.min_size > 0;
}

// A message of several lines becomes one.
std::string on_one_line(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  std::ranges::replace(text, '\n', ' ');
  return text;
}

Page health_page(const SnapshotSource&) {
  return {.body = "ok\n"};
}

Page readiness_page(const SnapshotSource& source) {
  const auto reasons = reasons_against(source.snapshot());
  if (reasons.empty()) return {.body = "ready\n"};
  Page page{.status = kUnavailable, .body = {}};
  for (const auto& reason : reasons) page.body += reason + "\n";
  return page;
}

Page metrics_page(const SnapshotSource& source) {
  const auto snapshot = source.snapshot();
  if (snapshot.is_stuck) return {.status = kUnavailable, .body = "a worker does not answer\n"};
  return {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics_text(snapshot)};
}

struct Route {
  std::string_view path;
  Page (*make)(const SnapshotSource& source);
};
constexpr auto kRoutes =
    std::to_array<Route>({{"/healthz", health_page}, {"/metrics", metrics_page}, {"/readyz", readiness_page}});

}  // namespace

std::vector<std::string> reasons_against(const Snapshot& snapshot) {
  std::vector<std::string> reasons;
  if (snapshot.is_stuck) return {"a worker does not answer"};
  if (snapshot.is_draining) reasons.emplace_back("draining");
  if (!snapshot.is_ready) reasons.emplace_back("starting");
  for (const auto& pool : snapshot.pools) {
    if (has_servers(pool) || pool.last_error.empty() || !is_in_need(pool)) continue;
    if (reasons.size() == kMostReasons) {
      reasons.emplace_back("and more");
      break;
    }
    reasons.push_back("pool " + pool.database + "/" + pool.user + ": no server: " + on_one_line(pool.last_error));
  }
  return reasons;
}

Page make_page(std::string_view path, const SnapshotSource& source) {
  const auto route = std::ranges::find(kRoutes, path, &Route::path);
  if (route == kRoutes.end()) return {.status = kNotFound, .body = "not found\n"};
  return route->make(source);
}

Page method_not_allowed() {
  return {.status = kMethodNotAllowed, .body = "method not allowed\n"};
}

}  // namespace howdah::stats
