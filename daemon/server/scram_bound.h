// Looks at what a backend has sent before libpq reads it: a SCRAM iteration count that would keep a processor busy for
// minutes is refused. A backend that takes pains to send its message in the wrong moment gets past it, and then holds a
// thread; never a loop.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct pg_conn;

namespace howdah::server {

class ScramBound {
 public:
  // Half a second, where PostgreSQL's own are 4,096.
  static constexpr std::uint64_t kMostIterations = 1'000'000;

  // What is there to be read, in front of a PQconnectPoll that reads: what was looked at wakes nobody any more. The
  // count that is too high, where there is one.
  [[nodiscard]] std::optional<std::uint64_t> look(const pg_conn* connection);
  // The same for bytes that have come.
  [[nodiscard]] std::optional<std::uint64_t> on_bytes(std::string_view bytes);

 private:
  std::string tail_;  // of what was seen: the count may come in pieces
};

}  // namespace howdah::server
