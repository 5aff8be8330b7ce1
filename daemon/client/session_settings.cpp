// The settings of a session follow what its commands have made of its server's.
#include "daemon/client/session.h"

namespace howdah::client {

// Outside of a transaction: what the server has now is what the session wants wherever it goes.
void Session::take_settings_over() {
  if (server_->settings() == settings_) return;
  if (settings_policy() == config::SettingsPolicy::Ignore) return;
  server_->keep_settings(startup_settings_);
  settings_ = protocol::with_startup_settings(server_->settings(), startup_settings_);
}

// RESET and DISCARD ALL go back to what the server had at its log-in. For the client that is what it asked for at its
// own: it hears of it as it has heard of the RESET, before the server goes to others.
bool Session::restore_startup_settings() {
  if (is_ending_ || is_at_end_of_file_ || has_partial_request()) return false;
  if (server_->status() != protocol::TransactionStatus::Idle || !server_->must_adopt(settings_)) return false;
  server_->adopt_settings(settings_, environment_.requests, server::ServerConnection::Adoption::Told);
  if (environment_.requests.is_empty()) return false;
  send_requests();
  arm_deadline();
  return true;
}

}  // namespace howdah::client
