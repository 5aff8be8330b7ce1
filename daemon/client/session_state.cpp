// What a session leaves on its server is asked for before anybody else gets it: settings go with the session, the rest
// keeps the server until a later look finds it gone.
#include "daemon/client/session.h"

namespace howdah::client {

using protocol::TransactionStatus;

// True: the answer is to come, and until then nothing of the client goes to the server.
bool Session::ask_what_is_left() {
  if (server_->has_nothing_left()) return false;
  if (is_ending_ || is_at_end_of_file_ || has_partial_request()) return false;
  if (server_->status() != TransactionStatus::Idle) return false;
  if (has_run_since_probe_) server_->suspect_by_search_path();
  if (!is_probe_wanted()) return false;
  has_run_since_probe_ = false;
  ++pool_->totals().probes;
  since_ = environment_.agenda.now();
  is_query_cancelled_ = false;
  is_pin_logged_ = is_pin_logged_ && is_pinned();
  server_->begin_probe(environment_.requests);
  send_requests();
  arm_deadline();
  return true;
}

bool Session::is_probe_wanted() const {
  const auto& left = server_->left_state();
  if (mode_ == config::PoolMode::Session) return server_->may_lack_settings() && startup_settings_ != nullptr;
  if (!left.suspected().is_empty()) return true;
  if (!is_pinned() || !has_run_since_probe_) return false;
  const auto is_over = environment_.agenda.now() >= since_ + kReprobeAfter;
  return is_over || server_->words().may_remove_state() || pool_->is_anybody_waiting();
}

// For something of which a later probe may find that it is gone.
bool Session::is_pinned() const {
  auto kinds = server_->left_state().held();
  kinds.keep(protocol::kAskableStateKinds);
  return !kinds.is_empty();
}

void Session::note_pin() {
  if (std::exchange(is_pin_logged_, true) || mode_ == config::PoolMode::Session) return;
  ++pool_->totals().pins;
  pinned_since_ = environment_.agenda.now();
  environment_.log.info("client pinned", {{"client", id_},
                                          {"server", server_->id()},
                                          {"database", database()},
                                          {"reason", server_->left_state().first_name()},
                                          {"statement", server_->pinning_statement()}});
}

}  // namespace howdah::client
