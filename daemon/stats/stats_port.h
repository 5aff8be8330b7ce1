// The stats port on a thread of its own, so that no client of it costs the data path anything but the copies of figures
// that each worker makes for it. (http_server.h, page.h)
#pragma once

#include <expected>
#include <memory>
#include <span>
#include <string>

#include "daemon/stats/gathering.h"

namespace howdah::stats {

class StatsPort {
 public:
  // Listens; see HttpServer::start. `gatherer` must outlive the port. One that it replaces may be at the same address.
  [[nodiscard]] static std::expected<StatsPort, std::string> open(const config::AdminSettings& settings,
                                                                  Gatherer& gatherer,
                                                                  const StatsPort* replaced = nullptr);
  ~StatsPort();
  StatsPort(StatsPort&&) noexcept;
  StatsPort& operator=(StatsPort&&) noexcept;

  // Answers from now on, until stop() or the end. Once. stop() closes the port too, and waits for the thread: any
  // thread, and it may be called again.
  void start();
  void stop();
  // As admin.token; between start() and stop(), or before both.
  void set_token(const std::string& token);

 private:
  class Service;
  explicit StatsPort(std::unique_ptr<Service> service);

  std::unique_ptr<Service> service_;
};

}  // namespace howdah::stats
