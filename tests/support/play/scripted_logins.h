// Log-ins to a backend that a test ends one by one.
#pragma once

#include <string>
#include <vector>

#include "daemon/server/backend_connector.h"
#include "tests/support/play/manual_loop.h"

namespace howdah::tests {

class ScriptedLogins final : public server::BackendConnector {
 public:
  struct Begun {
    server::BackendTarget target;
    server::LoginHandler* handler;
  };

  [[nodiscard]] std::unique_ptr<server::PendingLogin> start(const server::BackendTarget& target,
                                                            config::Milliseconds /*timeout*/,
                                                            server::LoginHandler& handler) override {
    begun.push_back({.target = target, .handler = &handler});
    return std::make_unique<server::PendingLogin>();
  }
  void take_over(io::Stream& /*stream*/, server::CancelTicket& /*cancel*/) override {}

  // The last one that was begun, in a turn of its own.
  void succeed(ManualLoop& loop, bool has_used_password = true) {
    auto* handler = begun.back().handler;
    loop.turn([&] {
      server::LoggedIn logged_in;
      logged_in.has_used_password = has_used_password;
      handler->on_login(std::move(logged_in));
    });
  }
  void fail(ManualLoop& loop, std::string_view sqlstate, std::size_t place = kLast) {
    auto* handler = begun[place == kLast ? begun.size() - 1 : place].handler;
    loop.turn([&] {
      handler->on_login(std::unexpected(protocol::make_error(protocol::Severity::Fatal, sqlstate, "as scripted")));
    });
  }
  [[nodiscard]] std::string last_password() const { return std::string(begun.back().target.password.view()); }

  std::vector<Begun> begun;

 private:
  static constexpr auto kLast = static_cast<std::size_t>(-1);
};

}  // namespace howdah::tests
