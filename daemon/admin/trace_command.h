// TRACE, as it is written on the console, and who carries it out.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>

#include "config/settings.h"
#include "daemon/admin/statement.h"
#include "daemon/worker/mailbox.h"
#include "protocol/error_fields.h"

namespace howdah::admin {

struct TraceOrder {
  std::uint64_t client = 0;  // as SHOW CLIENTS tells it
  bool is_off = false;
  bool with_values = false;
  config::Milliseconds time{};  // 0: without a limit
};

// TRACE CLIENT id [FOR 30s] [WITH VALUES], TRACE CLIENT id OFF; the error is a syntax error.
[[nodiscard]] std::expected<TraceOrder, protocol::ErrorFields> read_trace(const Statement& statement);

class TraceActions {
 public:
  // A notice for who asked, or why not.
  using Outcome = std::expected<protocol::ErrorFields, protocol::ErrorFields>;
  using Done = std::move_only_function<void(Outcome)>;
  // `done` comes once, by letter to the asker, never inside this call. `by`: the administrator.
  // Any thread.
  virtual void carry_out(const TraceOrder& order, const std::string& by, worker::Mailbox& asker, Done done) = 0;

 protected:
  ~TraceActions() = default;
};

}  // namespace howdah::admin
