// The stats port on a thread of its own, so that no client of it costs the data path anything but the copies of figures
// that each worker makes for it. (http_server.h, page.h)
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "daemon/stats/gathering.h"

namespace howdah::stats {

class StatsPort {
 public:
  // Listens; see HttpServer::start. `gatherer` must outlive the port.
  [[nodiscard]] static std::expected<StatsPort, std::string> open(const config::AdminSettings& settings,
                                                                  Gatherer& gatherer);
  ~StatsPort();
  StatsPort(StatsPort&&) noexcept;
  StatsPort& operator=(StatsPort&&) noexcept;

  // Answers from now on, until stop() or the end. Once.
  void start();
  void stop();

 private:
  class Service;
  explicit StatsPort(std::unique_ptr<Service> service);

  std::unique_ptr<Service> service_;
};

}  // namespace howdah::stats
