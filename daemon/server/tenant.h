// Whoever holds the lease of a server connection: a session, or the clean-up after one.
// Called on the server's worker only. In none of these calls may the tenant give the server back, except
// on_progress.
#pragma once

#include <optional>

#include "protocol/bytes.h"
#include "protocol/messages.h"
#include "protocol/server_statements.h"

namespace howdah::server {

class Tenant {
 public:
  // Whole frames or parts of frames for the client, in order. They die when on_progress returns.
  virtual void on_reply_bytes(protocol::Bytes bytes) = 0;
  // A ReadyForQuery of the tenant's is next. Returns whether its bytes shall come by on_reply_bytes.
  [[nodiscard]] virtual bool on_ready_for_query(protocol::TransactionStatus status) = 0;
  // A request that was noted in the server's statements was answered well.
  virtual void on_statement_answered(const protocol::StatementNote& note) = 0;
  // A command of the client's is complete, and its tag tells of prepared statements or of the catalog.
  virtual void on_command_tag(std::string_view tag) = 0;
  // An ErrorResponse for the client, whole, whose text holds a server's name of a statement, or says that a
  // statement is outdated or a database in use. It does not come by on_reply_bytes. `asked`: what it answers, if that
  // was noted. Whether the client hears of it.
  [[nodiscard]] virtual bool on_statement_error(protocol::Bytes frame,
                                                const std::optional<protocol::StatementNote>& asked) = 0;
  // A NotificationResponse, whole; it does not come by on_reply_bytes.
  virtual void on_notification(protocol::Bytes frame) = 0;
  // All that was read this time has been handed out, or a cancel is over: time to send, and to see whether
  // the lease ends.
  virtual void on_progress() = 0;
  // What was pending towards the server has gone.
  virtual void on_server_drained() = 0;
  // The connection is gone and with it the lease. `was_told`: the server's own FATAL came by on_reply_bytes
  // before.
  virtual void on_server_lost(bool was_told) = 0;
  // For the console; 0: no client.
  [[nodiscard]] virtual std::uint64_t client_id() const = 0;

 protected:
  ~Tenant() = default;
};

// One of our own, without a client: of most that comes it wants to know nothing.
class OwnTenant : public Tenant {
 public:
  void on_reply_bytes(protocol::Bytes /*bytes*/) override {}
  bool on_ready_for_query(protocol::TransactionStatus /*status*/) override { return false; }
  void on_statement_answered(const protocol::StatementNote& /*note*/) override {}
  void on_command_tag(std::string_view /*tag*/) override {}
  bool on_statement_error(protocol::Bytes frame, const std::optional<protocol::StatementNote>& /*asked*/) override {
    on_reply_bytes(frame);
    return true;
  }
  void on_notification(protocol::Bytes /*frame*/) override {}
  void on_server_drained() override {}
  [[nodiscard]] std::uint64_t client_id() const override { return 0; }

 protected:
  ~OwnTenant() = default;
};

}  // namespace howdah::server
