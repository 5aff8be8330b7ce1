// Makes a server clean after its session is gone: ends what the session had begun, drops all owed replies,
// rolls back, discards what was left behind; or closes the server when that takes too long or cannot be done
// for certain. Owned by the pool for as long as it takes; one worker's thread only. (PostgreSQL
// documentation: "COPY Operations", "Canceling Requests in Progress", "DISCARD")
#pragma once

#include "config/settings.h"
#include "daemon/io/output_batch.h"
#include "daemon/server/server_connection.h"
#include "daemon/server/tenant.h"
#include "daemon/worker/agenda.h"

namespace howdah::server {

class Cleanup;

class CleanupOwner {
 public:
  // The server is clean and leased to nobody, or closed (then its owner has heard of it already).
  // The clean-up may be buried now, not destroyed.
  virtual void on_cleanup_done(Cleanup& cleanup) = 0;

 protected:
  ~CleanupOwner() = default;
};

// What the session was in the middle of when it went.
struct Abandoned {
  char partial_request_type = 0;            // 0: between messages
  std::uint32_t partial_request_bytes = 0;  // still missing of it
  bool is_cancel_wanted = true;             // a request under way is cancelled rather than waited for
  bool is_discard_wanted = false;           // something may be left of which the server has not told
};

class Cleanup final : private OwnTenant {
 public:
  // `settings` of its pool.
  Cleanup(ServerConnection& server, worker::Agenda& agenda, CleanupOwner& owner, const config::PoolSettings& settings);

  // Takes the lease over. May end at once, by on_cleanup_done.
  void begin(const Abandoned& abandoned);
  [[nodiscard]] ServerConnection& server() const { return server_; }
  // Closes the server, and ends by on_cleanup_done.
  void give_up(std::string_view reason);

 private:
  void on_reply_bytes(protocol::Bytes bytes) override;
  bool on_ready_for_query(protocol::TransactionStatus status) override;
  void on_progress() override;
  void on_server_drained() override { on_progress(); }
  void on_server_lost(bool was_told) override;

  // Ends a message that was half sent. Whether that could be done.
  [[nodiscard]] bool complete_request(const Abandoned& abandoned);
  void end_batch();
  void roll_batch_back();
  void run(std::string_view command);
  void on_time_up() { give_up("not clean in time"); }

  ServerConnection& server_;
  CleanupOwner& owner_;
  worker::Agenda& agenda_;
  const config::PoolSettings& settings_;
  std::int64_t bytes_left_;
  bool is_discard_wanted_ = false;
  bool is_rolled_back_ = false;
  io::OutputBatch batch_;
  worker::MethodTimer<Cleanup, &Cleanup::on_time_up> timer_{*this};
};

}  // namespace howdah::server
