// Cancels what a server runs, by libpq's PQcancel on a thread of its own, because it blocks.
#pragma once

#include <memory>

#include "daemon/server/backend_connector.h"
#include "daemon/worker/offload.h"
#include "daemon/worker/worker.h"

struct pg_conn;
struct pg_cancel;

namespace howdah::server {

class LibpqCancelTicket final : public CancelTicket {
 public:
  // Reads what it needs from the connection and forgets it.
  LibpqCancelTicket(pg_conn* connection, worker::Worker& worker, worker::Offload& offload);
  ~LibpqCancelTicket() override;

  void send(CancelHandler& handler) override;
  // None is in flight.
  void move_to(worker::Worker& worker) { worker_ = &worker; }

 private:
  void tell();

  std::shared_ptr<pg_cancel> cancel_;
  worker::Worker* worker_;
  worker::Offload& offload_;
  CancelHandler* handler_ = nullptr;
  std::shared_ptr<LibpqCancelTicket*> ticket_;  // what the thread holds on to; null inside when we are gone
  worker::MethodDeferred<LibpqCancelTicket, &LibpqCancelTicket::tell> tell_work_{*this};
};

}  // namespace howdah::server
