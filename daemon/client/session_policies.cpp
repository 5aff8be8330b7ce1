// What a session may leave on its server, by the policies of its pool (pool.state.*).
#include <fmt/format.h>

#include "daemon/client/session.h"
#include "protocol/explicit_state.h"
#include "protocol/messages.h"
#include "protocol/sqlstate.h"
#include "protocol/state_refusal.h"
#include "protocol/statement_messages.h"

namespace howdah::client {

using config::SettingsPolicy;
using protocol::Bytes;
using protocol::Piece;
using protocol::StateKind;
using protocol::StateKinds;

namespace {

constexpr Bytes kNoParameters("\0\0", 2);

// The Query or Parse with another text.
std::string with_text(const Piece& piece, const std::string& text) {
  std::string frame;
  if (piece.type == 'Q') {
    protocol::append_query(frame, text);
  } else {
    const auto name = protocol::ByteReader(piece.body()).c_string();
    protocol::append_parse(frame, name.value_or(Bytes{}), (text + '\0').append(kNoParameters));
  }
  return frame;
}

}  // namespace

// What the policies refuse of a text that says so outright.
StateKinds Session::refused_in(const Piece& piece) const {
  const bool has_text = piece.type == 'Q' || piece.type == 'P';
  if (!has_text || !piece.is_end || mode_ == config::PoolMode::Session) return {};
  auto kinds = protocol::explicit_state(protocol::request_text(piece.type, piece.body()));
  kinds.keep(rules_->policies.rejected);
  return kinds;
}

// In place of the request goes one that the server refuses.
Session::Way Session::begin_refused(StateKinds kinds, const Piece& piece, Bytes behind) {
  const auto frame = with_text(piece, protocol::refused_statement(kinds.first()));
  const Piece refused{.type = piece.type, .is_start = true, .is_end = true, .bytes = frame};
  const auto way = begin_request(refused, behind, false);
  if (way != Way::Forward) return way;
  environment_.requests.own(frame.substr(replaced_bytes_));
  replaced_bytes_ = piece.bytes.size();
  return way;
}

// Whether a transaction has left what no text had told of: its client is told, and no more served.
bool Session::ends_for_refused_state() {
  auto kinds = rules_->policies.rejected;
  if (mode_ == config::PoolMode::Session) return false;
  if (is_ending_ || server_->status() != protocol::TransactionStatus::Idle) return false;
  auto left = server_->left_state().held();
  if (has_settings_of_its_own()) left.add(StateKind::Settings);
  kinds.keep(left);
  kinds.remove(StateKind::SequenceValue);  // to have one is no offence, only to ask for it
  if (kinds.is_empty()) return false;
  terminate(protocol::late_state_refusal(kinds.first()));
  return true;
}

// What it has left is told only now, at the end of its transaction.
bool Session::takes_one_pin_too_many() {
  if (mode_ == config::PoolMode::Session || is_ending_ || pool_->keep(*server_)) return false;
  ++pool_->totals().pins_refused;
  auto error = protocol::make_error(protocol::Severity::Fatal, protocol::sqlstate::kConfigurationLimitExceeded,
                                    "too many server connections of this pool are kept by their clients");
  error.detail = fmt::format(
      "This one would be kept for {}; {} may be kept at a time. The transaction is committed; the server connection is "
      "made clean.",
      server_->left_state().first_name(), pool_->settings().state.max_pinned);
  error.hint = "Raise pool.state.max_pinned, or leave nothing behind: SHOW PINS tells who keeps which for what.";
  terminate(error);
  return true;
}

config::SettingsPolicy Session::settings_policy() const {
  return mode_ == config::PoolMode::Session ? SettingsPolicy::Carry : rules_->state.settings;
}

bool Session::has_settings_of_its_own() const {
  return !protocol::are_same_settings(settings_, startup_settings_);
}

// Outside of a transaction. Others do as they are told by its settings alone, and by what a probe finds.
void Session::follow_settings_policy() {
  if (mode_ == config::PoolMode::Session || server_->status() != protocol::TransactionStatus::Idle) return;
  auto& left = server_->left_state();
  if (has_settings_of_its_own()) {
    is_pinned_for_settings_ = true;
    left.hold(StateKind::Settings);
  } else if (std::exchange(is_pinned_for_settings_, false)) {
    left.remove(StateKind::Settings);
    left.suspect(StateKind::Settings);  // there may have been another reason, too
  }
}

// Nothing is left but settings that nobody shall have: none asks which they are.
bool Session::leaves_ignored_settings() const {
  return settings_policy() == SettingsPolicy::Ignore &&
         server_->left_state().kinds() == StateKinds{StateKind::Settings};
}

}  // namespace howdah::client
