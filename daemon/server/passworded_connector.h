// Logs in as another connector does, with the secret of the target's source: asks it first, and once more when the
// backend has refused what it said, before anybody hears of that. One for each worker, on its thread.
#pragma once

#include "daemon/server/backend_connector.h"
#include "daemon/worker/agenda.h"
#include "daemon/worker/mailbox.h"

namespace howdah::server {

class PasswordedConnector final : public BackendConnector {
 public:
  struct Environment {
    worker::Agenda& agenda;
    worker::Mailbox& mailbox;
    BackendConnector& connector;
  };
  explicit PasswordedConnector(Environment environment) : environment_(environment) {}

  [[nodiscard]] std::unique_ptr<PendingLogin> start(const BackendTarget& target, config::Milliseconds timeout,
                                                    LoginHandler& handler) override;
  void take_over(io::Stream& stream, CancelTicket& cancel) override {
    environment_.connector.take_over(stream, cancel);
  }

 private:
  class Login;
  Environment environment_;
};

}  // namespace howdah::server
