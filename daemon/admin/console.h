// The admin console: a session of the database "howdah" (or "pgbouncer") that answers SHOW commands in
// PgBouncer's columns and takes an administrator's orders, over the simple and the extended protocol. No I/O: whole
// frontend messages in, replies and orders out. One per console session, on its worker's thread.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/admin/extended_query.h"
#include "daemon/admin/role.h"
#include "daemon/stats/snapshot.h"
#include "protocol/bytes.h"
#include "protocol/error_fields.h"

namespace howdah::admin {

class Console {
 public:
  // `source` must outlive the console.
  Console(const stats::SnapshotSource& source, Role role) : source_(source), role_(role), extended_(source, role) {}

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
  [[nodiscard]] const Order& order() const { return ordered_.order; }
  [[nodiscard]] std::string_view tag() const { return ordered_.tag; }
  // Of that order. The rest of the query may hold one more.
  [[nodiscard]] Step on_outcome(const Outcome& outcome, std::string& out);

 private:
  [[nodiscard]] Step on_query(protocol::Bytes body, std::string& out);
  [[nodiscard]] std::expected<void, protocol::ErrorFields> read_query(protocol::Bytes body);
  [[nodiscard]] Step go_on(std::string& out);
  [[nodiscard]] Step end_query(std::string& out);
  [[nodiscard]] Step fail_query(const protocol::ErrorFields& error, std::string& out);

  const stats::SnapshotSource& source_;
  const Role role_;
  ExtendedQuery extended_;
  std::vector<Statement> statements_;  // of the simple query under way
  std::size_t next_statement_ = 0;
  Command ordered_;
  bool is_in_query_ = false;
};

}  // namespace howdah::admin
