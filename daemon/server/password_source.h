// Where the secret of a pool's log-ins comes from, where it is not simply configured: asked at each log-in.
#pragma once

#include <expected>
#include <functional>

#include "daemon/worker/mailbox.h"
#include "protocol/crypto.h"
#include "protocol/error_fields.h"

namespace howdah::server {

struct LoginSecret {
  protocol::SecretText password = {};
  // In place of a password, for SCRAM: in base64, as libpq takes them.
  protocol::SecretText scram_client_key = {};
  protocol::SecretText scram_server_key = {};
};

class PasswordSource {
 public:
  virtual ~PasswordSource() = default;

  using Done = std::function<void(const std::expected<LoginSecret, protocol::ErrorFields>&)>;

  // Any thread. `done` comes by a letter to `mailbox`, in bounded time. An empty secret: none is known, and libpq may
  // find one by itself.
  virtual void ask(worker::Mailbox& mailbox, Done done) = 0;
  // The backend has refused this one (28P01). True: asking again may bring another. Any thread.
  [[nodiscard]] virtual bool refuse(const LoginSecret& secret) = 0;
};

}  // namespace howdah::server
