// What plain SET and RESET commands have made of a server's settings when the transaction under way ends: changed by
// COMMIT, as before after ROLLBACK. Where that cannot be told, it says so. (PostgreSQL documentation: "SET",
// "SAVEPOINT")
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "protocol/messages.h"
#include "protocol/reported_parameters.h"
#include "protocol/session_settings.h"
#include "protocol/set_command.h"

namespace howdah::protocol {

class SettingChanges {
 public:
  // The server's answers, in order: a plain command was run well; the command with this tag was; an error came; it is
  // ready.
  void on_command(SetCommand command);
  void on_tag(std::string_view tag);
  void on_error() { is_failed_ = true; }
  void on_ready(TransactionStatus status) {
    if (!is_untouched()) take_ready(status);
  }

  [[nodiscard]] bool is_empty() const { return commands_.empty() && !is_in_doubt_ && !is_lost_; }
  // Outside of a transaction: what the commands that have lasted make of `settings`. Nothing where that is not known:
  // in doubt, or more than a session may carry. What the server has `reported` since `settings` were in force tells
  // which of them a RESET ALL has `kept`, and the whole of a DateStyle of which only a part was set.
  [[nodiscard]] std::optional<SessionSettings> apply(const SessionSettings& settings,
                                                     const ReportedParameters& reported);
  // Of the settings before the last apply, those that were reset to what they were anyway: they are in force still.
  [[nodiscard]] const SettingsMap& kept() const { return kept_; }
  void forget_kept() {
    if (!kept_.empty()) kept_.clear();
  }

 private:
  [[nodiscard]] bool is_untouched() const {
    return is_empty() && !first_savepoint_ && !is_failed_ && !is_rollback_partial_;
  }
  void take_ready(TransactionStatus status);
  void commit();
  void roll_back();
  // Whatever comes behind a ROLLBACK that may have been partial.
  void go_on();
  void doubt();

  std::vector<SetCommand> commands_;
  std::size_t committed_count_ = 0;  // of them, from the front
  // Commands from here on may be undone by a ROLLBACK TO.
  std::optional<std::size_t> first_savepoint_;
  bool is_failed_ = false;            // since it was ready the last time
  bool is_rollback_partial_ = false;  // perhaps: a ROLLBACK was run where there was a savepoint
  bool is_in_doubt_ = false;          // about those that are not committed
  bool is_lost_ = false;              // committed when in doubt
  SettingsMap kept_;
};

}  // namespace howdah::protocol
