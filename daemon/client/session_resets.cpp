// What RESET and DISCARD ALL go back to is for the client what it asked for at its start, and for the server what it
// had from its own log-in. So nothing follows such a command before it is answered; then the client's settings are put
// in force again, in its transaction if it is in one, and only then it hears that the server is ready, and of
// parameters what has changed in the end.
#include "daemon/client/session.h"
#include "protocol/messages.h"
#include "protocol/set_command.h"
#include "protocol/statement_messages.h"

namespace howdah::client {

using protocol::Piece;
using protocol::SetCommand;
using protocol::TransactionStatus;

// Before it goes out: what has been sent before shall be answered first.
bool Session::must_wait_for_reset(const Piece& piece) {
  if (!startup_settings_) return false;
  const auto setting =
      statements_ && piece.type == 'E' ? statements_->bound_setting(piece, *server_) : std::string_view();
  const bool is_told = setting.empty() && may_reset(piece);
  if (setting.empty() && !is_told && !(has_prepared_reset_ && piece.type == 'B')) return false;
  if (server_->owed().client_ready_count() > 0) return true;
  if (!reset_) {
    reset_ = std::make_unique<Reset>();
    server_->hold_reports();
  }
  if (!setting.empty()) note_reset(setting);
  if (!is_told) return false;
  reset_->is_told = true;
  // Where statements are not followed it is as if it ran now, and perhaps later again.
  if (piece.type == 'Q' || !statements_) note_reset(protocol::request_text(piece.type, piece.body()));
  has_prepared_reset_ = has_prepared_reset_ || (piece.type == 'P' && !statements_);
  return false;
}

// By its text. Behind another one that may, all are looked at: they may set what that has set back.
bool Session::may_reset(const Piece& piece) {
  if (!piece.is_end || (piece.type != 'Q' && piece.type != 'P')) return false;
  server_->words().end_text();
  return server_->words().may_reset_settings() || (reset_ && server_->words().names_settings());
}

// Of a plain command, what is to be set again behind it in a transaction.
void Session::note_reset(std::string_view text) {
  const auto command = protocol::read_set_command(text);
  if (!command) return;
  const auto& startup = *startup_settings_;
  const bool is_default = command->value.kind == protocol::SettingValue::Kind::Default;
  const auto own = startup.find(command->name);
  switch (command->kind) {
    case SetCommand::Kind::Set:
      reset_->settings.erase(command->name);
      break;
    case SetCommand::Kind::Reset:
      if (own != startup.end()) reset_->settings.insert(*own);
      break;
    case SetCommand::Kind::ResetAll:
      reset_->settings = startup;
      std::erase_if(reset_->settings, [](const auto& entry) { return protocol::is_identity_setting(entry.first); });
      break;
    case SetCommand::Kind::Local:
      reset_->settings.erase(command->name);
      reset_->local.erase(command->name);
      if (is_default && own != startup.end()) reset_->local.insert(*own);
      break;
  }
}

// What comes next in the batch meets them already.
void Session::restore_in_batch() {
  auto& owed = server_->owed();
  if (!reset_ || !owed.is_in_batch() || (reset_->settings.empty() && reset_->local.empty())) return;
  server_->set_in_batch(std::exchange(reset_->settings, {}), std::exchange(reset_->local, {}), environment_.requests);
}

bool Session::is_behind_reset() const {
  return reset_ && (reset_->is_answered || !server_->owed().is_unsynced());
}

// Its ReadyForQuery has come. False: the client gets it now.
bool Session::keep_ready_back() {
  if (!reset_) return false;
  if (!server_->owed().is_settled()) return drop_reset(), false;  // a COPY in doubt: nothing can be asked
  reset_->is_answered = true;
  if (mode_ == config::PoolMode::Session &&
      (reset_->is_told || server_->has_run_set())) {  // no note was taken of what its commands do
    server_->doubt_settings();
    server_->left_state().suspect(protocol::StateKind::Settings);
  }
  return true;
}

void Session::drop_reset() {
  if (!reset_) return;
  reset_.reset();
  environment_.replies.own_written([this](std::string& out) { server_->tell_held_reports(out); });
}

bool Session::restore_in_transaction() {
  if (!reset_ || server_->status() != TransactionStatus::InTransaction || !server_->has_run_set()) return false;
  const auto settings = std::exchange(reset_->settings, {});
  const auto local = std::exchange(reset_->local, {});
  if (is_ending_ || (settings.empty() && local.empty())) return false;
  server_->set_in_transaction(settings, local, environment_.requests);
  send_requests();
  arm_deadline();
  return true;
}

void Session::end_reset() {
  if (!reset_ || !reset_->is_answered) return;
  drop_reset();
  environment_.replies.own_written(
      [this](std::string& out) { protocol::append_ready_for_query(out, server_->status()); });
  send_replies();
}

}  // namespace howdah::client
