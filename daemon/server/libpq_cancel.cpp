#include "daemon/server/libpq_cancel.h"

#include <libpq-fe.h>

#include <array>

#include "daemon/server/libpq_cancel_connection.h"

namespace howdah::server {

namespace {

// Before libpq 17: in clear text, whatever the connection is.
class PlainRequest final : public CancelRequest {
 public:
  explicit PlainRequest(PGconn* connection) : cancel_(PQgetCancel(connection), &PQfreeCancel) {}

  void send() override {
    std::array<char, 256> error{};
    PQcancel(cancel_.get(), error.data(), error.size());
  }

 private:
  std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> cancel_;
};

std::shared_ptr<CancelRequest> make_request(PGconn* connection) {
  if (auto encrypted = make_encrypted_request(connection)) return encrypted;
  return std::make_shared<PlainRequest>(connection);
}

}  // namespace

LibpqCancelTicket::LibpqCancelTicket(pg_conn* connection, std::string backend, worker::Worker& worker,
                                     worker::FairOffload& offload)
    : request_(make_request(connection)),
      backend_(std::move(backend)),
      worker_(&worker),
      offload_(offload),
      ticket_(std::make_shared<LibpqCancelTicket*>(this)) {}

LibpqCancelTicket::~LibpqCancelTicket() {
  *ticket_ = nullptr;
}

void LibpqCancelTicket::send(CancelHandler& handler) {
  handler_ = &handler;
  // Done when the backend has closed the cancel connection: from then on it hits nobody else.
  const auto work = [request = request_, ticket = ticket_, &mailbox = static_cast<worker::Mailbox&>(*worker_)] {
    request->send();
    mailbox.post([ticket] {
      if (*ticket != nullptr) (*ticket)->tell();
    });
  };
  if (!offload_.submit(backend_, work)) worker_->agenda().defer(tell_work_);  // too many: this one is dropped
}

void LibpqCancelTicket::tell() {
  handler_->on_cancel_done();
}

}  // namespace howdah::server
