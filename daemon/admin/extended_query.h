// The console's side of the extended protocol: prepared statements, portals, and what is skipped after an
// error. A word of a command may be a parameter ($1). Owned by the Console. (PostgreSQL documentation: "Extended
// Query")
#pragma once

#include <cstddef>
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/admin/bound_parameters.h"
#include "daemon/admin/command.h"
#include "daemon/admin/result.h"
#include "daemon/stats/snapshot.h"
#include "protocol/bytes.h"
#include "protocol/error_fields.h"
#include "protocol/messages.h"

namespace howdah::admin {

class ExtendedQuery {
 public:
  ExtendedQuery(const stats::SnapshotSource& source, Role role) : source_(source), role_(role) {}

  // Parse, Bind, Describe, Execute or Close; nothing is done while an error is being skipped. Not null: an order, which
  // is to be carried out before anything else comes here; it lives until then.
  [[nodiscard]] const Command* on_message(char type, protocol::Bytes body, std::string& out);
  void on_outcome(const Command& ordered, const Outcome& outcome, std::string& out);
  // Sync: ends the skipping, drops the portals outside of a transaction, and answers ReadyForQuery.
  void on_sync(std::string& out);
  // A simple Query ends the unnamed statement and portal, and outside of a transaction all portals.
  void on_simple_query();
  // `command` has run: a transaction may begin or end, and its portals with it. An error leaves it as it is.
  void take_effect(const Command& command);
  void append_ready(std::string& out) const { protocol::append_ready_for_query(out, status_); }
  [[nodiscard]] bool is_skipping() const { return is_skipping_; }

 private:
  struct Prepared {
    Statement statement;
    Command command;  // with "1" in place of each parameter
    std::vector<std::int32_t> parameter_types;
  };
  struct Portal {
    Command command;
    std::vector<Format> formats;  // one per column
    bool has_run = false;
    Rows rows = {};            // made by the first Execute
    std::size_t next_row = 0;  // the first that was not sent
  };
  using Result = std::expected<void, protocol::ErrorFields>;

  [[nodiscard]] Result parse(protocol::ByteReader body, std::string& out);
  [[nodiscard]] Result bind(protocol::ByteReader body, std::string& out);
  [[nodiscard]] Result describe(protocol::ByteReader body, std::string& out) const;
  [[nodiscard]] Result execute(protocol::ByteReader body, std::string& out, const Command*& ordered);
  [[nodiscard]] Result close(protocol::ByteReader body, std::string& out);
  void send_rows(Portal& portal, std::size_t limit, std::string& out) const;

  void fail(const protocol::ErrorFields& error, std::string& out);

  const stats::SnapshotSource& source_;
  const Role role_;
  std::map<std::string, Prepared, std::less<>> statements_;
  std::map<std::string, Portal, std::less<>> portals_;
  protocol::TransactionStatus status_ = protocol::TransactionStatus::Idle;
  bool is_skipping_ = false;
};

}  // namespace howdah::admin
