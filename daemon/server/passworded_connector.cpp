#include "daemon/server/passworded_connector.h"

#include <utility>

#include "daemon/server/password_source.h"
#include "protocol/sqlstate.h"

namespace howdah::server {

class PasswordedConnector::Login final : public PendingLogin, private LoginHandler {
 public:
  Login(const Environment& environment, const BackendTarget& target, config::Milliseconds timeout,
        LoginHandler& handler)
      : environment_(environment),
        target_(target),
        timeout_(timeout),
        handler_(handler),
        ticket_(std::make_shared<Login*>(this)) {
    ask();
  }
  ~Login() override { *ticket_ = nullptr; }
  Login(const Login&) = delete;
  Login& operator=(const Login&) = delete;

 private:
  void ask() {
    target_.passwords->ask(environment_.mailbox, [ticket = ticket_](const auto& answer) {
      if (*ticket != nullptr) (*ticket)->on_answer(answer);
    });
  }

  void on_answer(const std::expected<LoginSecret, protocol::ErrorFields>& answer) {
    if (!answer) return handler_.on_login(std::unexpected(answer.error()));
    secret_ = *answer;
    auto target = target_;
    target.passwords = nullptr;
    if (!secret_.password.view().empty()) {
      target.password = secret_.password;
      target.is_overriding = true;
    }
    target.scram_client_key = secret_.scram_client_key;
    target.scram_server_key = secret_.scram_server_key;
    login_ = environment_.connector.start(target, timeout_, *this);
  }

  void on_login(std::expected<LoggedIn, protocol::ErrorFields> result) override {
    const bool is_refused = !result && result.error().sqlstate == protocol::sqlstate::kInvalidPassword;
    if (is_refused && target_.passwords->refuse(secret_) && !std::exchange(has_asked_again_, true)) {
      environment_.agenda.bury(std::shared_ptr<PendingLogin>(std::move(login_)));
      return ask();
    }
    handler_.on_login(std::move(result));
  }

  Environment environment_;
  const BackendTarget target_;
  const config::Milliseconds timeout_;
  LoginHandler& handler_;
  LoginSecret secret_;
  bool has_asked_again_ = false;
  std::unique_ptr<PendingLogin> login_;
  std::shared_ptr<Login*> ticket_;
};

std::unique_ptr<PendingLogin> PasswordedConnector::start(const BackendTarget& target, config::Milliseconds timeout,
                                                         LoginHandler& handler) {
  if (target.passwords == nullptr) return environment_.connector.start(target, timeout, handler);
  return std::make_unique<Login>(environment_, target, timeout, handler);
}

}  // namespace howdah::server
