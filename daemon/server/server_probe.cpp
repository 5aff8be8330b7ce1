// What a session has left on its server: told by its texts, asked for by a probe.
#include <algorithm>
#include <utility>

#include "daemon/server/server_connection.h"
#include "protocol/messages.h"
#include "protocol/statement_messages.h"
#include "protocol/statement_pattern.h"
#include "protocol/telling_names.h"

namespace howdah::server {

using protocol::StateKind;
using Kind = protocol::SettingValue::Kind;

namespace {

// Of a text that is remembered for who asks why its client keeps the server.
constexpr std::size_t kMostTellingBytes = 400;
constexpr std::size_t kMostPatternBytes = 200;
constexpr std::size_t kMostUnaskedTexts = 8;

const protocol::SettingsMap kNoSettings;
// Of a statement and a portal that are there for a moment; no client's name is sent so.
constexpr std::string_view kOwnName = "howdah_none_sequences";

}  // namespace

std::string ServerConnection::pinning_statement() const {
  return protocol::statement_pattern(telling_text_, kMostPatternBytes);
}

void ServerConnection::note_text(protocol::Bytes text) {
  if (words_.may_leave_state()) telling_text_ = text.substr(0, kMostTellingBytes);
  auto kinds = words_.kinds();
  if (words_.may_name_settings()) {
    auto names = text.empty() ? protocol::SettingNames{.is_open = true} : protocol::read_setting_names(text);
    if (names.is_all_local && !names.is_open && !words_.has_session_set()) kinds.remove(StateKind::Settings);
    setting_names_.add(names);
  }
  for (const auto* traces : words_.named()) setting_names_.add(traces->settings);
  if (words_.names() && words_.names_statements()) kinds.add(StateKind::CodeBlock);  // EXECUTE runs who knows what
  const bool runs_any_text = words_.hides_names() || (words_.names_statements() && !words_.changes_statements());
  if (runs_any_text && words_.names() && words_.names()->tells_of_sequences()) kinds.add(StateKind::SequenceValue);
  setting_names_.is_open = setting_names_.is_open || words_.hides_names();
  if (!kinds.is_empty()) left_state_.suspect(kinds);
}

void ServerConnection::remember_text(protocol::Bytes text) {
  const auto front = text.substr(0, kMostTellingBytes);
  if (front.empty() || std::ranges::find(unasked_texts_, front) != unasked_texts_.end()) return;
  if (unasked_texts_.size() == kMostUnaskedTexts) unasked_texts_.erase(unasked_texts_.begin());
  unasked_texts_.emplace_back(front);
}

// Any function may be called by its number.
void ServerConnection::note_function_call(protocol::Bytes body) {
  if (body.size() < sizeof(std::int32_t)) return;  // the server refuses it
  const auto oid = protocol::read_int32(body);
  if (protocol::is_harmless_function(oid)) return;
  left_state_.suspect(StateKind::CodeBlock);
  if (words_.names() && words_.names()->tells_of_sequences()) left_state_.suspect(StateKind::SequenceValue);
  setting_names_.is_open = setting_names_.is_open || protocol::may_name_any_setting(oid);
}

// Outside of a batch of the extended protocol by a Query, inside by messages of that: a Query would commit what the
// batch has done. What fails ends the session, since it might read the values of another.
void ServerConnection::discard_sequences(io::OutputBatch& batch, std::uint64_t session) {
  static constexpr std::string_view kCommand = "DISCARD SEQUENCES";
  using protocol::Asker;
  using protocol::Request;
  sequence_values_.clear();
  sequence_values_.note_user(session);
  if (!owed_.is_unsynced()) return run(kCommand, batch);
  for (const auto request : {Request::Parse, Request::Bind, Request::Execute, Request::Close}) {
    owed_.expect(request, Asker::Pooler);
  }
  batch.own_written([](std::string& out) {
    protocol::append_parse(out, kOwnName, std::string(kCommand).append("\0\0\0", 3));
    protocol::append_bind(out, kOwnName, kOwnName);
    protocol::append_execute(out, kOwnName);
    protocol::append_close_statement(out, kOwnName);
  });
}

// What stands behind it may have made new ones already.
void ServerConnection::note_sequences_discarded() {
  sequence_values_.clear();
  if (tenant_ != nullptr && tenant_->client_id() != 0) sequence_values_.note_user(tenant_->client_id());
}

void ServerConnection::suspect_all(const protocol::SettingNames& settings) {
  left_state_.suspect(StateKind::CodeBlock);
  setting_names_.add(settings);
}

void ServerConnection::read_setting_traits() const {
  traits_ = protocol::setting_traits(settings_);
  traits_of_ = settings_;
}

void ServerConnection::begin_probe(io::OutputBatch& batch, bool checks_settings) {
  std::vector<std::string> custom(setting_names_.custom.begin(), setting_names_.custom.end());
  if (settings_) {
    for (const auto& [name, value] : *settings_) {
      if (name.find('.') != std::string::npos && !setting_names_.custom.contains(name)) custom.push_back(name);
    }
  }
  const auto asked = left_state_.begin_probe();
  if (asked.has(StateKind::CodeBlock)) unasked_texts_.clear();
  probe_ = Probe{
      .asked = asked, .is_after_reset = may_lack_settings_ || words_.may_remove_state(), .is_check = checks_settings};
  settings_before_probe_ = settings_;
  words_.reset();
  run(protocol::probe_query(asked, custom, checks_settings ? settings_ : nullptr), batch);
}

// What was set back and what was set to the same value look alike: what is known of it decides. Of a custom setting
// that is not known, whether anything was set back.
void ServerConnection::note_defaults(protocol::SettingsMap& settings) const {
  for (const auto& name : probe_->answer.at_default()) {
    auto& value = settings[name];
    const bool is_custom = name.find('.') != std::string::npos;
    const auto* known = settings_ && settings_->contains(name) ? &settings_->at(name) : nullptr;
    if (known != nullptr && known->kind == Kind::Default) value = *known;
    if (is_custom && probe_->is_after_reset && (known == nullptr || !known->text.empty()))
      value = {.kind = Kind::Default};
  }
}

// The values are the server's to compare: so it is no matter whether what is in force was set.
bool ServerConnection::has_settings_as_expected(const protocol::SettingsMap& found) const {
  if (probe_->answer.has_unexpected_value()) return false;
  const auto& expected = settings_ ? *settings_ : kNoSettings;
  const auto is_found = [&](const auto& entry) {
    return !protocol::is_identity_setting(entry.first) || found.contains(entry.first);
  };
  const auto is_expected = [&](const auto& entry) {
    const auto& [name, value] = entry;
    const auto known = expected.find(name);
    if (known == expected.end()) return probe_->answer.at_default().contains(name);
    if (known->second.kind == Kind::Default) return value.kind == Kind::Default;
    return !protocol::is_identity_setting(name) || known->second == value;
  };
  return std::ranges::all_of(expected, is_found) && std::ranges::all_of(found, is_expected);
}

// Rows may come in pieces.
void ServerConnection::take_probe_piece(const protocol::Piece& piece) {
  if (!probe_ || piece.type != 'D') return;
  if (piece.is_start) probe_->row.clear();
  probe_->row.append(piece.body());
  if (piece.is_end) probe_->answer.take_row(probe_->row);
}

void ServerConnection::end_probe() {
  if (!probe_) return;
  const auto& answer = probe_->answer;
  if (probe_->is_refused || answer.is_bad()) {
    left_state_.fail_probe();
  } else {
    auto found = answer.kinds();
    if (probe_->asked.has(StateKind::Listen) || probe_->asked.has(StateKind::CodeBlock)) {
      channels_ = {answer.channels().begin(), answer.channels().end()};
    }
    const bool is_about_settings = probe_->asked.has(StateKind::Settings) || probe_->asked.has(StateKind::CodeBlock);
    if (is_about_settings) take_probed_settings();
    if (is_about_settings && setting_names_.is_open) found.add(StateKind::Settings);
    left_state_.end_probe(found);
    if (is_about_settings && !probe_->asked.has(StateKind::TemporaryObject) &&
        !probe_->asked.has(StateKind::CodeBlock)) {
      suspect_by_search_path();
    }
  }
  probe_.reset();
}

void ServerConnection::take_probed_settings() {
  auto settings = probe_->answer.settings();
  if (settings["session_authorization"].text == login_user_) settings.erase("session_authorization");
  note_defaults(settings);
  may_lack_settings_ = false;
  if (settings_ && settings == *settings_) return;
  if (probe_->is_check && has_settings_as_expected(settings)) return;
  settings_ = settings.empty() ? nullptr : std::make_shared<const protocol::SettingsMap>(std::move(settings));
}

}  // namespace howdah::server
