// Figures for sessions of one worker that wait for a server and are to be told why. They are gathered from all workers
// once for all who ask within a short time, since thousands may run out of patience together. One worker's thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/stats/gathering.h"
#include "daemon/stats/pool_queues.h"
#include "daemon/worker/agenda.h"
#include "daemon/worker/mailbox.h"

namespace howdah::client {

// All queues at one moment.
class WaitReport {
 public:
  explicit WaitReport(stats::FiguresPointer figures) : figures_(std::move(figures)) {}

  // Null: there is no such pool.
  [[nodiscard]] const stats::PoolQueue* queue(const std::string& database, const std::string& user);

 private:
  stats::FiguresPointer figures_;
  std::map<std::pair<std::string, std::string>, stats::PoolQueue> queues_;  // of those that were asked for
};

class WaitReports {
 public:
  using Done = std::move_only_function<void(WaitReport&)>;

  WaitReports(stats::Gatherer& gatherer, worker::Mailbox& mailbox, worker::Agenda& agenda)
      : gatherer_(gatherer), mailbox_(mailbox), agenda_(agenda) {}
  ~WaitReports() { *self_ = nullptr; }
  WaitReports(const WaitReports&) = delete;
  WaitReports& operator=(const WaitReports&) = delete;

  // `done` is called once, never before this returns.
  void ask(Done done);

 private:
  static constexpr auto kFreshFor = std::chrono::milliseconds(100);

  void take(stats::FiguresPointer figures);
  void tell();
  void forget();

  stats::Gatherer& gatherer_;
  worker::Mailbox& mailbox_;
  worker::Agenda& agenda_;
  std::vector<Done> askers_;
  bool is_asked_ = false;               // figures are on their way
  std::unique_ptr<WaitReport> report_;  // while it is fresh
  worker::MethodDeferred<WaitReports, &WaitReports::tell> work_{*this};
  worker::MethodTimer<WaitReports, &WaitReports::forget> timer_{*this};
  std::shared_ptr<WaitReports*> self_ = std::make_shared<WaitReports*>(this);  // letters may come after us
};

}  // namespace howdah::client
