// A small HTTP server for the stats port. It runs on the loop that it is given and never blocks it. Connections,
// headers, bodies and times are bounded. What it answers with is up to its desk.
#pragma once

#include <expected>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "daemon/stats/http_page.h"

struct event_base;

namespace howdah::stats {

class HttpServer {
 public:
  // Listens at `address`: "host:port", an IPv6 host in brackets, no host for all addresses of this machine. A
  // host name is looked up here and now: call it where that may block. `loop` and `desk` must outlive the
  // server, and the loop is to be freed after it. The error reads "admin.listen 127.0.0.1:9930: Address
  // already in use". `replaced`: what a server of ours listens with that closes once this one is there; both share the
  // port meanwhile.
  [[nodiscard]] static std::expected<HttpServer, std::string> start(event_base* loop, const std::string& address,
                                                                    PageDesk& desk, std::span<const int> replaced = {});
  ~HttpServer();
  HttpServer(HttpServer&&) noexcept;
  HttpServer& operator=(HttpServer&&) noexcept;

  // Whether only this machine reaches it.
  [[nodiscard]] bool is_on_loopback() const;
  // What it listens with.
  [[nodiscard]] const std::vector<int>& descriptors() const;

 private:
  class Service;
  explicit HttpServer(std::unique_ptr<Service> service);

  std::unique_ptr<Service> service_;
};

}  // namespace howdah::stats
