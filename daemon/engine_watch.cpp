#include "daemon/engine_watch.h"

#include <set>
#include <string>
#include <utility>

#include "daemon/stats/pool_sums.h"

namespace howdah {

namespace {

constexpr auto kProgressInterval = std::chrono::seconds(1);

int servers_of(const stats::PoolSnapshot& pool) {
  return pool.servers_active + pool.servers_pinned + pool.servers_idle + pool.servers_cleaning;
}

// In the order of their names, each once.
std::vector<std::string> databases_awaited(const stats::Snapshot& snapshot) {
  std::set<std::string> names;
  for (const auto& pool : snapshot.pools) {
    if (servers_of(pool) < pool.settings.min_size) names.insert(pool.database);
  }
  return {names.begin(), names.end()};
}

}  // namespace

void EngineWatch::watch_loops(std::chrono::microseconds interval, std::function<void()> all_turn) {
  interval_ = interval;
  all_turn_ = std::move(all_turn);
}

void EngineWatch::start() {
  if (tell_) look_at_progress();
  if (!all_turn_) return;
  std::vector<worker::Mailbox*> mailboxes;
  mailboxes.reserve(environment_.serving.size());
  for (const auto& serving : environment_.serving) mailboxes.push_back(&serving->worker());
  loops_ = std::make_unique<worker::LoopWatch>(mailboxes);
  environment_.home.agenda().arm_in(loops_timer_, worker::Duration::zero());
}

void EngineWatch::look_at_loops() {
  const auto silent = loops_->ask();
  if (silent.empty()) {
    all_turn_();
  } else if (silent.size() != silent_count_) {
    environment_.log.error("a worker does not answer", {{"worker", silent.front()}, {"silent", silent.size()}});
  }
  silent_count_ = silent.size();
  environment_.home.agenda().arm_in(loops_timer_, interval_);
}

void EngineWatch::look_at_progress() {
  tell_progress();
  environment_.home.agenda().arm_in(progress_timer_, kProgressInterval);
}

void EngineWatch::tell_progress() {
  if (!tell_) return;
  environment_.gatherer.gather_pools(environment_.home,
                                     [this](const stats::FiguresPointer& figures) { tell(figures->snapshot()); });
}

void EngineWatch::tell(const stats::Snapshot& snapshot) {
  Progress progress;
  if (snapshot.is_draining) {
    progress.phase = Progress::Phase::Draining;
  } else if (snapshot.is_ready) {
    progress.phase = Progress::Phase::Serving;
  } else {
    progress.awaited = databases_awaited(snapshot);
    if (progress.awaited.empty()) return;  // it is ready in a moment
  }
  const auto sum = stats::sum_of(snapshot.pools);
  progress.clients = client_count_of(environment_.serving);
  progress.servers = servers_of(sum);
  progress.waiting = sum.clients_waiting;
  tell_(progress);
}

}  // namespace howdah
