#include "daemon/stats/verdict.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/plain_text.h"
#include "daemon/stats/readiness.h"

namespace howdah::stats {

namespace {

constexpr std::size_t kMostFindings = 20;
constexpr double kNearlyAll = 0.9;  // of a limit
constexpr auto kLongWait = std::chrono::seconds(1);

constexpr auto kDaemon = "howdah";

double seconds(Microseconds time) {
  return std::chrono::duration<double>(time).count();
}

class Findings {
 public:
  void add(Grade grade, const std::string& about, std::string text) {
    findings_.push_back({.grade = grade, .about = about, .text = std::move(text)});
  }
  [[nodiscard]] Verdict verdict() const {
    Verdict verdict;
    for (const auto grade : {Grade::Problem, Grade::Warning}) {
      for (const auto& finding : findings_) {
        if (finding.grade != grade || verdict.findings.size() == kMostFindings) continue;
        verdict.grade = std::max(verdict.grade, grade);
        verdict.findings.push_back(finding);
      }
    }
    return verdict;
  }

 private:
  std::vector<Finding> findings_;
};

bool is_near(double value, double limit) {
  return limit > 0 && value >= kNearlyAll * limit;
}

void judge_limits(Findings& findings, const Snapshot& snapshot, const ProcessFigures& process) {
  int clients = snapshot.clients_logging_in;
  for (const auto& pool : snapshot.pools) clients += pool.clients_active + pool.clients_waiting + pool.clients_idle;
  if (is_near(clients, snapshot.clients_limit)) {
    findings.add(Grade::Warning, kDaemon,
                 fmt::format("{} of {} clients (client.max_connections)", clients, snapshot.clients_limit));
  }
  if (is_near(static_cast<double>(process.open_descriptors), static_cast<double>(process.most_descriptors))) {
    findings.add(Grade::Warning, kDaemon,
                 fmt::format("{} of {} file descriptors are open", process.open_descriptors, process.most_descriptors));
  }
}

void judge_orders(Findings& findings, const Orders& orders) {
  if (orders.are_all_paused) findings.add(Grade::Warning, kDaemon, "all databases are paused (PAUSE)");
  for (const auto& name : orders.paused) {
    findings.add(Grade::Warning, config::printable(name), "paused: clients wait (PAUSE)");
  }
  for (const auto& name : orders.disabled) {
    findings.add(Grade::Warning, config::printable(name), "new clients are refused (DISABLE)");
  }
}

std::string waiting_text(const PoolSnapshot& pool) {
  auto text = fmt::format("{} {} for a server, the first for {:.1f} s; of {} servers {} active, {} pinned, {} idle",
                          pool.clients_waiting, pool.clients_waiting == 1 ? "client waits" : "clients wait",
                          seconds(pool.longest_wait), pool.settings.max_size, pool.servers_active, pool.servers_pinned,
                          pool.servers_idle);
  if (pool.servers_connecting > 0) text += fmt::format(", {} connecting", pool.servers_connecting);
  return text;
}

void judge_pool(Findings& findings, const PoolSnapshot& pool, const RecentFigures& recent) {
  const auto name = config::printable(pool.database) + "/" + config::printable(pool.user);
  if (cannot_serve(pool)) {
    findings.add(Grade::Problem, name, "no server: " + config::printable(login_error(pool)));
  } else if (!pool.last_error.empty() && pool.clients_waiting > 0) {
    findings.add(Grade::Warning, name,
                 "the last log-in to the backend failed: " + config::printable(login_error(pool)));
  }
  if (recent.totals.acquire_timeouts > 0) {
    findings.add(Grade::Problem, name,
                 fmt::format("in the last {:.0f} s {} waited for a server in vain (acquire_timeout {:.0f} s)",
                             recent.seconds, recent.totals.acquire_timeouts, seconds(pool.settings.acquire_timeout)));
  }
  if (recent.totals.pins_refused > 0) {
    findings.add(Grade::Problem, name,
                 fmt::format("in the last {:.0f} s {} ended since state.max_pinned servers were kept", recent.seconds,
                             recent.totals.pins_refused));
  }
  if (pool.clients_waiting > 0 && pool.longest_wait >= kLongWait) {
    findings.add(Grade::Warning, name, waiting_text(pool));
  } else if (pool.servers_pinned > 0 && pool.servers_pinned >= pool.settings.max_size) {
    findings.add(Grade::Warning, name, "all servers are pinned: no other client gets one");
  }
}

std::string draining_text(const Snapshot& snapshot) {
  if (!snapshot.drain) return "it is ending, and takes no new clients";
  const auto& drain = *snapshot.drain;
  const auto left = fmt::format("{} of {} clients are left", snapshot.clients_left, drain.clients);
  return drain.doors_close_at > snapshot.taken_at ? "it is ending, and takes new clients for a while: " + left
                                                  : "it is ending, and takes no new clients: " + left;
}

}  // namespace

Verdict verdict_on(const Snapshot& snapshot, const History& history, const ProcessFigures& process) {
  Findings findings;
  if (snapshot.is_stuck) {
    findings.add(Grade::Problem, kDaemon, "a worker does not answer");
    return findings.verdict();
  }
  if (snapshot.is_draining) findings.add(Grade::Warning, kDaemon, draining_text(snapshot));
  if (!snapshot.is_ready) findings.add(Grade::Warning, kDaemon, "it is starting");
  judge_orders(findings, snapshot.orders);
  judge_limits(findings, snapshot, process);
  for (const auto& pool : snapshot.pools) {
    const auto* known = history.of(pool.database, pool.user);
    judge_pool(findings, pool, known == nullptr ? RecentFigures{} : known->recent());
  }
  return findings.verdict();
}

const char* word_of(Grade grade) {
  switch (grade) {
    case Grade::Well:
      return "well";
    case Grade::Warning:
      return "warning";
    case Grade::Problem:
      return "problem";
  }
  return "";
}

}  // namespace howdah::stats
