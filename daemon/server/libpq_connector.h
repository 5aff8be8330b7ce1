// Logs in to backends with libpq, so that every connection string and every way to log in that psql has works here too;
// then the socket, and with TLS the session on it, carry our own frames. Never blocks: the loop waits for sockets,
// its steps, the
// look-up of names and cancels are done on threads of their own, since each may read files, hash or wait. (PostgreSQL
// documentation: "Database Connection Control Functions": PQconnectStartParams, PQconnectPoll; "Canceling Queries in
// Progress")
#pragma once

#include "daemon/server/backend_connector.h"
#include "daemon/server/silent_hosts.h"
#include "daemon/worker/fair_offload.h"
#include "daemon/worker/offload.h"
#include "daemon/worker/worker.h"

namespace howdah::server {

class LibpqConnector final : public BackendConnector {
 public:
  // All four must outlive what `start` returns.
  LibpqConnector(worker::Worker& worker, worker::Offload& look_ups, worker::FairOffload& steps,
                 worker::FairOffload& cancels)
      : worker_(worker), look_ups_(look_ups), steps_(steps), cancels_(cancels) {}

  [[nodiscard]] std::unique_ptr<PendingLogin> start(const BackendTarget& target, config::Milliseconds timeout,
                                                    LoginHandler& handler) override;
  void take_over(io::Stream& stream, CancelTicket& cancel) override;

 private:
  worker::Worker& worker_;
  worker::Offload& look_ups_;
  worker::FairOffload& steps_;
  worker::FairOffload& cancels_;
  SilentHosts silent_hosts_;
};

}  // namespace howdah::server
