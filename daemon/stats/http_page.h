// What is asked of the stats port, and what it answers, as values. No sockets.
#pragma once

#include <optional>
#include <string>

namespace howdah::stats {

// A GET or HEAD.
struct Request {
  std::string path;                     // without host and query, as it was sent
  std::optional<std::string> database;  // of the query ?database=..., decoded
  std::optional<std::string> host;      // of the header
  std::string authorization;            // of the header
};

struct Page {
  int status = 200;
  const char* content_type = "text/plain; charset=utf-8";
  std::string body;
};

// Who makes the pages.
class PageDesk {
 public:
  [[nodiscard]] virtual Page page(const Request& request) = 0;

 protected:
  ~PageDesk() = default;
};

}  // namespace howdah::stats
