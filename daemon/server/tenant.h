// Whoever holds the lease of a server connection: a session, or the clean-up after one.
// Called on the server's worker only. In none of these calls may the tenant give the server back, except on_progress.
#pragma once

#include "protocol/bytes.h"
#include "protocol/messages.h"

namespace howdah::server {

class Tenant {
 public:
  // Whole frames or parts of frames for the client, in order. They die when on_progress returns.
  virtual void on_reply_bytes(protocol::Bytes bytes) = 0;
  // A ReadyForQuery of the tenant's is next. Returns whether its bytes shall come by on_reply_bytes.
  [[nodiscard]] virtual bool on_ready_for_query(protocol::TransactionStatus status) = 0;
  // All that was read this time has been handed out, or a cancel is over: time to send, and to see whether the lease
  // ends.
  virtual void on_progress() = 0;
  // What was pending towards the server has gone.
  virtual void on_server_drained() = 0;
  // The connection is gone and with it the lease. `was_told`: the server's own FATAL came by on_reply_bytes before.
  virtual void on_server_lost(bool was_told) = 0;
  // For the console; 0: no client.
  [[nodiscard]] virtual std::uint64_t client_id() const = 0;

 protected:
  ~Tenant() = default;
};

}  // namespace howdah::server
