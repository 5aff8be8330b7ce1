// The stats port as the configuration wants it: none, one, or from a reload on one at another address. Each has its own
// thread; one that is no longer wanted ends without anybody's waiting for it. The home worker's thread, but for open().
#pragma once

#include <expected>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "config/settings.h"
#include "daemon/commons.h"
#include "daemon/stats/stats_port.h"
#include "daemon/worker/worker.h"

namespace howdah {

class StatsDoor {
 public:
  using Port = std::shared_ptr<stats::StatsPort>;
  // All of it outlives this, but for the threads: those end before.
  struct Environment {
    stats::Gatherer& gatherer;
    const std::vector<std::unique_ptr<worker::Worker>>& workers;
    OffloadThreads& threads;
  };
  explicit StatsDoor(const Environment& environment) : environment_(environment) {}

  // Listens, beside the one that is in use; nobody is answered yet. Null where none is wanted. Looks names up, and so
  // may block. Any thread.
  [[nodiscard]] std::expected<Port, std::string> open(const config::AdminSettings& settings) const;
  // This one from now on; it answers once start() has been called. The one before closes.
  void use(Port port);
  // Of the one that is in use.
  void set_token(const std::string& token);

  void start();
  // None from now on, up to the next use(): another process may listen at the same address.
  void close();
  // For good.
  void stop();

 private:
  enum class Phase { Closed, Answering, Stopped };

  [[nodiscard]] Port current() const;
  void close_past() const;
  void retire(Port port);

  const Environment environment_;
  Phase phase_ = Phase::Closed;
  mutable std::mutex mutex_;
  Port port_;                                          // under mutex_, like what follows
  std::vector<std::weak_ptr<stats::StatsPort>> past_;  // some may be there still
};

}  // namespace howdah
