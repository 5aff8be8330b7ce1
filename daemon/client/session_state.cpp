// What a session leaves on its server is asked for before anybody else gets it: settings go with the session, the rest
// keeps the server until a later look finds it gone.
#include <utility>

#include "daemon/client/session.h"
#include "protocol/telling_names.h"

namespace howdah::client {

using protocol::TransactionStatus;

// True: the answer is to come, and until then nothing of the client goes to the server.
bool Session::ask_what_is_left() {
  if (server_->has_nothing_left() && !must_look_closer()) return false;
  if (is_ending_ || is_at_end_of_file_ || has_partial_request()) return false;
  if (server_->status() != TransactionStatus::Idle) return false;
  note_surprise();
  if (has_run_since_probe_) {
    server_->suspect_by_search_path();
    suspect_by_catalog();
    suspect_always();
  }
  end_name_changes();
  if (!is_probe_wanted()) return false;
  has_run_since_probe_ = false;
  channel_step_ = ChannelStep::None;
  ++pool_->totals().probes;
  since_ = environment_.agenda.now();
  is_query_cancelled_ = false;
  if (is_pin_logged_ && !keeps_server()) note_pin_end(*server_);
  is_pin_logged_ = is_pin_logged_ && keeps_server();
  server_->begin_probe(environment_.requests, is_probing_anyway_);
  send_requests();
  arm_deadline();
  return true;
}

// The texts do not tell all.
bool Session::must_look_closer() const {
  const auto& names = server_->words().names();
  return is_changing_names_ || is_probing_anyway_ || names != pool_->telling_names() ||
         (names && names->is_everything()) || pool_->catalog().is_uncertain() ||
         rules_->state.probe == config::StateProbe::Always;
}

bool Session::is_probe_wanted() const {
  const auto& left = server_->left_state();
  if (mode_ == config::PoolMode::Session) return server_->may_lack_settings() && startup_settings_ != nullptr;
  auto suspected = left.suspected();
  if (settings_policy() == config::SettingsPolicy::Ignore) suspected.remove(protocol::StateKind::Settings);
  if (!suspected.is_empty()) return true;
  if (!is_pinned() || !has_run_since_probe_) return false;
  const auto is_over = environment_.agenda.now() >= since_ + kReprobeAfter;
  return is_over || server_->words().may_remove_state() || pool_->is_anybody_waiting();
}

// Before the text goes out: from then on nobody knows for certain which names tell something.
void Session::note_names_changing(protocol::Bytes text) {
  if (!server_->words().may_change_names()) return;
  pool_->catalog().begin_change(text);
  if (std::exchange(is_changing_names_, true)) pool_->catalog().end_change();
}

void Session::end_name_changes() {
  if (std::exchange(is_changing_names_, false)) pool_->catalog().end_change();
}

// The names that were looked for in its texts may not have been those that told something.
void Session::suspect_by_catalog() {
  if (mode_ == config::PoolMode::Session) return;
  const auto& names = pool_->telling_names();
  const bool is_unknown = server_->words().names() != names || (names && names->is_everything());
  if (is_unknown || pool_->catalog().is_uncertain()) {
    server_->suspect_all(pool_->catalog().settings());
    server_->sequence_values().note_user(id_);
  }
  server_->words().look_for(names);
}

void Session::suspect_always() {
  if (rules_->state.probe != config::StateProbe::Always || mode_ == config::PoolMode::Session) return;
  is_probing_anyway_ = server_->left_state().is_empty() && !server_->may_lack_settings();
  server_->left_state().suspect(protocol::StateKind::CodeBlock);
}

// What a probe has found that nothing but `always` had asked for.
void Session::note_surprise() {
  if (!std::exchange(is_probing_anyway_, false)) return;
  const bool has_found = !server_->left_state().is_empty() || server_->has_probe_changed_settings();
  if (!has_found) return;
  ++pool_->totals().surprises;
  const auto kind = server_->left_state().first_name();
  environment_.log.info("state left that no text had told of", {{"client", id_},
                                                                {"server", server_->id()},
                                                                {"database", database()},
                                                                {"kind", kind.empty() ? "settings" : kind}});
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
  server_->pin() = {.reason = server_->left_state().first_name(), .since = environment_.agenda.now()};
  environment_.log.info("client pinned", {{"client", id_},
                                          {"server", server_->id()},
                                          {"database", database()},
                                          {"reason", server_->left_state().first_name()},
                                          {"statement", server_->pinning_statement()}});
}

}  // namespace howdah::client
