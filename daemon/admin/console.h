// The admin console: a session of the database "howdah" (or "pgbouncer") that answers SHOW commands in
// PgBouncer's columns, over the simple and the extended protocol. No I/O: whole frontend messages in, replies
// out. One per console session, on its worker's thread.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/admin/extended_query.h"
#include "daemon/stats/snapshot.h"
#include "protocol/bytes.h"
#include "protocol/error_fields.h"

namespace howdah::admin {

class Console {
 public:
  // `source` must outlive the console.
  explicit Console(const stats::SnapshotSource& source) : source_(source), extended_(source) {}

  // The ParameterStatus messages that psql and drivers want to know before the first ReadyForQuery.
  void append_welcome(std::string& out) const;

  enum class Step {
    Answered,
    Ordered,  // order() is to be carried out; nothing is asked of the console before on_outcome
    Goodbye
  };
  // Answers one whole frontend message of the given type; `body` is what follows its header. A message that cannot be
  // read is answered by an error, and the client stays.
  [[nodiscard]] Step on_message(char type, protocol::Bytes body, std::string& out);
  [[nodiscard]] const TraceOrder& order() const { return *order_; }
  void on_outcome(const TraceActions::Outcome& outcome, std::string& out);

 private:
  using Outcome = std::expected<void, protocol::ErrorFields>;

  [[nodiscard]] Step on_query(protocol::Bytes body, std::string& out);
  [[nodiscard]] Outcome run_all(std::string_view text, std::string& out);

  const stats::SnapshotSource& source_;
  ExtendedQuery extended_;
  std::optional<TraceOrder> order_;
  bool is_in_query_ = false;
};

}  // namespace howdah::admin
