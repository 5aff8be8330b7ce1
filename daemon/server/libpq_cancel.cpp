#include "daemon/server/libpq_cancel.h"

#include <libpq-fe.h>

#include <array>

namespace howdah::server {

LibpqCancelTicket::LibpqCancelTicket(pg_conn* connection, worker::Worker& worker, worker::Offload& offload)
    : cancel_(PQgetCancel(connection), &PQfreeCancel),
      worker_(&worker),
      offload_(offload),
      ticket_(std::make_shared<LibpqCancelTicket*>(this)) {}

LibpqCancelTicket::~LibpqCancelTicket() {
  *ticket_ = nullptr;
}

void LibpqCancelTicket::send(CancelHandler& handler) {
  handler_ = &handler;
  // PQcancel returns when the backend has closed the cancel connection: from then on it hits nobody else.
  const auto work = [cancel = cancel_, ticket = ticket_, &mailbox = static_cast<worker::Mailbox&>(*worker_)] {
    std::array<char, 256> error{};
    PQcancel(cancel.get(), error.data(), error.size());
    mailbox.post([ticket] {
      if (*ticket != nullptr) (*ticket)->tell();
    });
  };
  if (!offload_.submit(work)) worker_->agenda().defer(tell_work_);  // too many at a time: this one is dropped
}

void LibpqCancelTicket::tell() {
  handler_->on_cancel_done();
}

}  // namespace howdah::server
