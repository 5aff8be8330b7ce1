// The admin console: a session of the database "howdah" (or "pgbouncer") that answers SHOW commands in
// PgBouncer's columns, over the simple and the extended protocol. No I/O: whole frontend messages in, replies
// out. One per console session, on its worker's thread.
#pragma once

#include <expected>
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

  // Answers one whole frontend message of the given type; `body` is what follows its header. False: the
  // client said goodbye. A message that cannot be read is answered by an error, and the client stays.
  [[nodiscard]] bool on_message(char type, protocol::Bytes body, std::string& out);

 private:
  using Outcome = std::expected<void, protocol::ErrorFields>;

  void on_query(protocol::Bytes body, std::string& out);
  [[nodiscard]] Outcome run_all(std::string_view text, std::string& out);

  const stats::SnapshotSource& source_;
  ExtendedQuery extended_;
};

}  // namespace howdah::admin
