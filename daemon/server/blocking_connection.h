// A libpq connection for a thread that may wait, in bounded time: for queries of our own on connections that never
// carry anything of a client. (PostgreSQL documentation: "Asynchronous Command Processing")
#pragma once

#include <atomic>
#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/server/connection_string.h"
#include "daemon/server/libpq_connection.h"

struct pg_result;

namespace howdah::server {

class BlockingConnection {
 public:
  using Clock = std::chrono::steady_clock;
  // No value where it is NULL.
  using Row = std::vector<std::optional<std::string>>;

  struct Failure {
    std::string sqlstate;  // empty where the server said nothing
    std::string message;   // for the log
  };

  using Answer = std::expected<std::vector<Row>, Failure>;

  // `is_ending`: somebody wants the thread back; whatever is waited for then fails soon.
  explicit BlockingConnection(const std::atomic<bool>& is_ending) : is_ending_(is_ending) {}

  [[nodiscard]] bool is_open() const { return connection_ != nullptr; }
  [[nodiscard]] std::expected<void, Failure> open(const ConnectionKeywords& keywords, Clock::time_point deadline);
  // False: there is no time for it before the deadline, or somebody wants the thread back.
  [[nodiscard]] bool pause(std::chrono::milliseconds time, Clock::time_point deadline) const;
  // One statement with one parameter, of a type that the server finds. At most `most` rows are kept. After a failure
  // without a SQLSTATE it is closed.
  [[nodiscard]] Answer query(const std::string& text, const std::string& parameter, int most,
                             Clock::time_point deadline);
  void close() { connection_.reset(); }

 private:
  [[nodiscard]] bool wait_for_result(Clock::time_point deadline);
  [[nodiscard]] Answer read(const pg_result* result, int most);
  [[nodiscard]] bool wait(short events, Clock::time_point deadline) const;
  [[nodiscard]] Failure failure(const char* otherwise);

  const std::atomic<bool>& is_ending_;
  ConnectionPointer connection_;
};

}  // namespace howdah::server
