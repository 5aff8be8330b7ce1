// The password with which a client has logged in by the method `backend`, for its pool's log-ins.
#pragma once

#include <utility>

#include "daemon/auth/remembered_passwords.h"
#include "daemon/server/password_source.h"

namespace howdah::auth {

class KeptPassword final : public server::PasswordSource {
 public:
  KeptPassword(RememberedPasswords& remembered, DatabaseUser name) : remembered_(remembered), name_(std::move(name)) {}

  void ask(worker::Mailbox& mailbox, Done done) override {
    const auto password = remembered_.password(name_);
    mailbox.post([done = std::move(done), password] {
      done(server::LoginSecret{.password = password.value_or(protocol::SecretText())});
    });
  }
  [[nodiscard]] bool refuse(const server::LoginSecret& secret) override {
    return remembered_.forget(name_, secret.password);
  }

 private:
  RememberedPasswords& remembered_;
  const DatabaseUser name_;
};

}  // namespace howdah::auth
