#include "protocol/setting_changes.h"

#include <algorithm>
#include <utility>

namespace howdah::protocol {

namespace {

constexpr std::size_t kMostCommands = 1000;  // in a transaction
constexpr std::size_t kMostSettings = 64;    // in a session

// A custom setting goes on to exist.
void reset(SettingsMap& map, const std::string& name) {
  if (name.find('.') == std::string::npos) {
    map.erase(name);
  } else {
    map.insert_or_assign(name, SettingValue{.kind = SettingValue::Kind::Default});
  }
}

// It leaves out who the session is.
void reset_all(SettingsMap& map) {
  std::erase_if(map, [](const auto& entry) {
    return entry.first.find('.') == std::string::npos && !is_identity_setting(entry.first);
  });
  for (auto& entry : map) {
    if (!is_identity_setting(entry.first)) entry.second = {.kind = SettingValue::Kind::Default};
  }
}

// What the commands make of a server's settings.
class Application {
 public:
  Application(const SessionSettings& settings, const ReportedParameters& reported)
      : before_(settings), reported_(reported), map_(settings ? *settings : SettingsMap()) {}

  void apply(SetCommand& command) {
    kept_.erase(command.name);
    switch (command.kind) {
      case SetCommand::Kind::Set:
        map_.insert_or_assign(std::move(command.name), std::move(command.value));
        break;
      case SetCommand::Kind::Reset:
        reset(map_, command.name);
        break;
      case SetCommand::Kind::ResetAll:
        reset_all(map_);
        keep();
        break;
      case SetCommand::Kind::Local:
        break;
    }
  }

  [[nodiscard]] SettingsMap& map() { return map_; }
  [[nodiscard]] SettingsMap& kept() { return kept_; }

 private:
  void keep() {
    kept_.clear();
    if (!before_) return;
    for (const auto& entry : *before_) {
      if (reported_.has_kept(entry.first)) kept_.insert(entry);
    }
  }

  const SessionSettings& before_;
  const ReportedParameters& reported_;
  SettingsMap map_;
  SettingsMap kept_;
};

}  // namespace

void SettingChanges::on_command(SetCommand command) {
  go_on();
  if (command.kind == SetCommand::Kind::Local) return;
  if (commands_.size() == kMostCommands) doubt();
  if (!is_in_doubt_) commands_.push_back(std::move(command));
}

void SettingChanges::on_tag(std::string_view tag) {
  if (tag == "COMMIT" || tag == "PREPARE TRANSACTION") {
    go_on();
    commit();
  } else if (tag == "BEGIN" || tag == "START TRANSACTION") {
    go_on();
  } else if (tag == "SAVEPOINT") {
    if (!first_savepoint_) first_savepoint_ = commands_.size();
  } else if (tag == "ROLLBACK") {
    first_savepoint_ ? void(is_rollback_partial_ = true) : roll_back();
  } else if (tag == "DISCARD ALL") {
    *this = {};
  }
}

void SettingChanges::commit() {
  is_lost_ = is_lost_ || is_in_doubt_;
  committed_count_ = commands_.size();
  first_savepoint_.reset();
}

void SettingChanges::roll_back() {
  commands_.resize(committed_count_);
  first_savepoint_.reset();
  is_in_doubt_ = false;
}

void SettingChanges::go_on() {
  if (std::exchange(is_rollback_partial_, false)) doubt();
}

void SettingChanges::doubt() {
  is_in_doubt_ = is_in_doubt_ || commands_.size() > committed_count_;
}

void SettingChanges::take_ready(TransactionStatus status) {
  const bool is_idle = status == TransactionStatus::Idle;
  if (is_idle && (is_failed_ || is_rollback_partial_)) roll_back();
  if (!is_idle) go_on();  // to a savepoint, whichever; or AND CHAIN
  is_failed_ = is_rollback_partial_ = false;
  if (is_idle) commit();  // what was no transaction block
}

std::optional<SessionSettings> SettingChanges::apply(const SessionSettings& settings,
                                                     const ReportedParameters& reported) {
  auto changes = std::exchange(*this, {});
  if (changes.is_lost_) return std::nullopt;
  if (changes.commands_.empty()) return settings;
  const bool has_changed_date_style =
      std::ranges::find(changes.commands_, "datestyle", &SetCommand::name) != changes.commands_.end();
  Application made(settings, reported);
  for (auto& command : changes.commands_) made.apply(command);
  kept_ = std::move(made.kept());
  auto& map = made.map();
  if (map.size() > kMostSettings) return std::nullopt;
  if (const auto found = map.find("datestyle"); found != map.end() && has_changed_date_style) {
    const auto date_style = reported.value_of("datestyle");
    if (date_style.empty()) return std::nullopt;
    found->second = {.text = std::string(date_style)};
  }
  if (map.empty()) return SessionSettings{};
  if (settings && map == *settings) return settings;
  return std::make_shared<const SettingsMap>(std::move(map));
}

}  // namespace howdah::protocol
