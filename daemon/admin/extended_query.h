// The console's side of the extended protocol: prepared statements, portals, and what is skipped after an
// error. Commands take no parameters. Owned by the Console. (PostgreSQL documentation: "Extended Query")
#pragma once

#include <cstddef>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/admin/command.h"
#include "daemon/admin/result.h"
#include "daemon/stats/snapshot.h"
#include "protocol/bytes.h"
#include "protocol/error_fields.h"
#include "protocol/messages.h"

namespace howdah::admin {

class ExtendedQuery {
 public:
  explicit ExtendedQuery(const stats::SnapshotSource& source) : source_(source) {}

  // Parse, Bind, Describe, Execute or Close; nothing is done while an error is being skipped.
  void on_message(char type, protocol::Bytes body, std::string& out);
  // Sync: ends the skipping, drops the portals outside of a transaction, and answers ReadyForQuery.
  void on_sync(std::string& out);
  // A simple Query ends the unnamed statement and portal, and outside of a transaction all portals.
  void on_simple_query();
  // `command` has run: a transaction may begin or end, and its portals with it. An error leaves it as it is.
  void take_effect(const Command& command);
  void append_ready(std::string& out) const { protocol::append_ready_for_query(out, status_); }
  [[nodiscard]] bool is_skipping() const { return is_skipping_; }
  // What the last message was to execute and others carry out: it is not answered yet. Once.
  [[nodiscard]] std::optional<TraceOrder> take_order() { return std::exchange(order_, std::nullopt); }
  // It failed.
  void skip() { is_skipping_ = true; }

 private:
  struct Portal {
    Command command;
    std::vector<Format> formats;  // one per column
    bool has_run = false;
    Rows rows = {};            // made by the first Execute
    std::size_t next_row = 0;  // the first that was not sent
  };
  using Outcome = std::expected<void, protocol::ErrorFields>;

  [[nodiscard]] Outcome parse(protocol::ByteReader body, std::string& out);
  [[nodiscard]] Outcome bind(protocol::ByteReader body, std::string& out);
  [[nodiscard]] Outcome describe(protocol::ByteReader body, std::string& out) const;
  [[nodiscard]] Outcome execute(protocol::ByteReader body, std::string& out);
  [[nodiscard]] Outcome close(protocol::ByteReader body, std::string& out);
  void send_rows(Portal& portal, std::size_t limit, std::string& out) const;

  const stats::SnapshotSource& source_;
  std::map<std::string, Command, std::less<>> statements_;
  std::map<std::string, Portal, std::less<>> portals_;
  protocol::TransactionStatus status_ = protocol::TransactionStatus::Idle;
  bool is_skipping_ = false;
  std::optional<TraceOrder> order_;
};

}  // namespace howdah::admin
