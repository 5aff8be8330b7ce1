#include "daemon/server/command_password.h"

#include <utility>

#include "protocol/sqlstate.h"

namespace howdah::server {

namespace {

protocol::ErrorFields unable(const char* message) {
  return protocol::make_error(protocol::Severity::Fatal, protocol::sqlstate::kUnableToConnect, message);
}

}  // namespace

void CommandPassword::ask(worker::Mailbox& mailbox, Done done) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back({.mailbox = &mailbox, .done = std::move(done)});
  if (known_ && environment_.now() < known_->until) return tell_all(LoginSecret{.password = known_->password});
  if (std::exchange(is_running_, true)) return;
  if (environment_.off_load([this] { run(); })) return;
  is_running_ = false;
  tell_all(std::unexpected(unable("too many passwords are being asked for")));
}

void CommandPassword::run() {
  const auto begun = environment_.now();
  const auto output = environment_.run();
  if (!output) {
    environment_.log.warning("password_command failed", {{"database", entry_.name}, {"error", output.error()}});
  } else if (!output->complaints.empty()) {
    environment_.log.warning("password_command complains", {{"database", entry_.name}, {"said", output->complaints}});
  }
  const std::lock_guard lock(mutex_);
  is_running_ = false;
  known_.reset();
  if (!output) return tell_all(std::unexpected(unable("the password for the backend could not be had")));
  known_ = Known{.password = output->first_line, .until = begun + entry_.password_ttl};
  tell_all(LoginSecret{.password = output->first_line});
}

void CommandPassword::tell_all(const Answer& answer) {
  for (auto& waiting : std::exchange(waiting_, {})) {
    waiting.mailbox->post([done = std::move(waiting.done), answer] { done(answer); });
  }
}

bool CommandPassword::refuse(const LoginSecret& secret) {
  const std::lock_guard lock(mutex_);
  if (known_ && known_->password.view() == secret.password.view()) known_.reset();
  return true;
}

}  // namespace howdah::server
