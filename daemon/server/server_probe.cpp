// What a session has left on its server: told by its texts, asked for by a probe.
#include <utility>

#include "daemon/server/server_connection.h"
#include "protocol/messages.h"

namespace howdah::server {

using protocol::StateKind;

void ServerConnection::note_text(protocol::Bytes text) {
  words_.end_text();
  auto kinds = words_.kinds();
  if (words_.may_name_settings()) {
    auto names = text.empty() ? protocol::SettingNames{.is_open = true} : protocol::read_setting_names(text);
    if (names.is_all_local && !names.is_open && !words_.has_session_set()) kinds.remove(StateKind::Settings);
    setting_names_.add(names);
  }
  if (!kinds.is_empty()) left_state_.suspect(kinds);
}

void ServerConnection::begin_probe(io::OutputBatch& batch) {
  std::vector<std::string> custom(setting_names_.custom.begin(), setting_names_.custom.end());
  if (settings_) {
    for (const auto& [name, value] : *settings_) {
      if (name.find('.') != std::string::npos && !setting_names_.custom.contains(name)) custom.push_back(name);
    }
  }
  const auto asked = left_state_.begin_probe();
  probe_ = Probe{.asked = asked, .is_after_reset = may_lack_settings_ || words_.may_remove_state()};
  words_.reset();
  owed_.expect(protocol::Request::Query, protocol::Asker::Pooler);
  const auto query = protocol::probe_query(asked, custom);
  batch.own_written([&](std::string& out) { protocol::append_query(out, query); });
}

// A custom setting that was set back and one that was set to an empty text look the same.
void ServerConnection::note_reset_custom(protocol::SettingsMap& settings) {
  for (auto& [name, value] : settings) {
    if (value.text.empty() && name.find('.') != std::string::npos) value.kind = protocol::SettingValue::Kind::Default;
  }
}

// Rows may come in pieces.
void ServerConnection::take_probe_piece(const protocol::Piece& piece) {
  if (!probe_ || piece.type != 'D') return;
  if (piece.is_start) probe_->row.clear();
  probe_->row.append(piece.body());
  if (piece.is_end) probe_->answer.take_row(probe_->row);
}

void ServerConnection::end_probe() {
  const auto probe = std::exchange(probe_, std::nullopt);
  if (!probe) return;
  const auto& answer = probe->answer;
  if (probe->is_refused || answer.is_bad()) return left_state_.fail_probe();
  auto found = answer.kinds();
  if (probe->asked.has(StateKind::Settings) || probe->asked.has(StateKind::CodeBlock)) {
    auto settings = answer.settings();
    if (probe->is_after_reset) note_reset_custom(settings);
    if (settings["session_authorization"].text == login_user_) settings.erase("session_authorization");
    if (setting_names_.is_open) found.add(StateKind::Settings);
    may_lack_settings_ = false;
    const auto before = settings_;
    settings_ = settings.empty() ? nullptr : std::make_shared<const protocol::SettingsMap>(std::move(settings));
    if (before && settings_ && *before == *settings_) settings_ = before;
  }
  left_state_.end_probe(found);
}

}  // namespace howdah::server
