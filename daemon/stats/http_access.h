// Who may see what on the stats port. Without a token everybody who reaches it may look, but addresses of clients are
// shown on the loopback interface only. There the Host header must name this machine: else any web page could read the
// port through a browser on it, by a name of its own that leads here.
#pragma once

#include <optional>
#include <string>

#include "daemon/stats/http_page.h"

namespace howdah::stats {

class HttpAccess {
 public:
  // `token`: empty for none. `is_on_loopback`: the port can be reached from this machine only.
  HttpAccess(std::string token, bool is_on_loopback) : token_(std::move(token)), is_on_loopback_(is_on_loopback) {}

  void set_token(const std::string& token) { token_ = token; }

  // The answer to a request that is refused. Whether all is well, and pages without figures, need no token.
  [[nodiscard]] std::optional<Page> refusal(const Request& request) const;
  [[nodiscard]] bool needs_token() const { return !token_.empty(); }
  [[nodiscard]] bool shows_addresses() const { return is_on_loopback_ || needs_token(); }

 private:
  [[nodiscard]] bool has_token(const Request& request) const;

  std::string token_;
  bool is_on_loopback_;
};

}  // namespace howdah::stats
