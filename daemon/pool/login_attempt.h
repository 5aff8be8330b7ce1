// One log-in to the backend under way for a pool.
#pragma once

#include <memory>

#include "daemon/pool/pool.h"

namespace howdah::pool {

class Pool::LoginAttempt final : private server::LoginHandler {
 public:
  LoginAttempt(Pool& pool, server::Standing standing)
      : pool_(pool), standing_(standing), begun_at_(pool.environment_.agenda.now()) {}

  // Of the server that it makes.
  [[nodiscard]] server::Standing standing() const { return standing_; }
  [[nodiscard]] worker::TimePoint begun_at() const { return begun_at_; }

  void start(server::BackendConnector& connector) {
    login_ = connector.start(pool_.target_, pool_.settings_.connect_timeout, *this);
  }

 private:
  void on_login(std::expected<server::LoggedIn, protocol::ErrorFields> result) override {
    if (result) {
      pool_.on_logged_in(*this, std::move(*result));
    } else {
      pool_.on_login_failed(*this, result.error());
    }
  }

  Pool& pool_;
  const server::Standing standing_;
  const worker::TimePoint begun_at_;
  std::unique_ptr<server::PendingLogin> login_;
};

}  // namespace howdah::pool
