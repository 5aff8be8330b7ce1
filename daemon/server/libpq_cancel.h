// Cancels what a server runs, by libpq on a thread of its own, because it blocks.
#pragma once

#include <memory>
#include <string>

#include "daemon/server/backend_connector.h"
#include "daemon/worker/fair_offload.h"
#include "daemon/worker/worker.h"

struct pg_conn;

namespace howdah::server {

// What libpq needs to cancel: it knows nothing of the connection any more.
class CancelRequest {
 public:
  virtual ~CancelRequest() = default;
  // Blocks until the backend has closed the connection of the request. Any thread, one at a time, any number of times.
  virtual void send() = 0;
};

class LibpqCancelTicket final : public CancelTicket {
 public:
  // Reads what it needs from the connection and forgets it. `backend`: of those who do not answer, each holds some of
  // the threads only.
  LibpqCancelTicket(pg_conn* connection, std::string backend, worker::Worker& worker, worker::FairOffload& offload);
  ~LibpqCancelTicket() override;

  void send(CancelHandler& handler) override;
  // None is in flight.
  void move_to(worker::Worker& worker) { worker_ = &worker; }

 private:
  void tell();

  std::shared_ptr<CancelRequest> request_;
  const std::string backend_;
  worker::Worker* worker_;
  worker::FairOffload& offload_;
  CancelHandler* handler_ = nullptr;
  std::shared_ptr<LibpqCancelTicket*> ticket_;  // what the thread holds on to; null inside when we are gone
  worker::MethodDeferred<LibpqCancelTicket, &LibpqCancelTicket::tell> tell_work_{*this};
};

}  // namespace howdah::server
