// What a server is asked when its session may have left something on it: one statement, and how its rows are read.
// Names and operators in it are qualified and its values travel as hexadecimal digits, so that it means the same
// whatever search_path, role and client_encoding the session has left. (PostgreSQL documentation: "pg_settings",
// "pg_locks", "pg_cursors", "pg_prepared_statements", "Session Information Functions")
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/bytes.h"
#include "protocol/session_settings.h"
#include "protocol/state_hints.h"

namespace howdah::protocol {

// It begins so: whoever reads a log or pg_stat_activity sees where it comes from.
inline constexpr std::string_view kProbeMark = "/* howdah: what is left of a session? */";

// Asks for these kinds; CodeBlock stands for all. `custom_settings` are those that are asked for by name. Where
// `expected` are given, it also says whether they are in force: what a value looks like there only the server knows.
[[nodiscard]] std::string probe_query(StateKinds asked, const std::vector<std::string>& custom_settings,
                                      const SessionSettings& expected = nullptr);

// What the rows of its answer tell.
class ProbeAnswer {
 public:
  // The body of a DataRow.
  void take_row(Bytes body);

  // An answer that makes no sense, or is larger than a session may be.
  [[nodiscard]] bool is_bad() const { return is_bad_; }
  // All settings of the session: those that SET has made, in whatever way, the role and the session's user.
  [[nodiscard]] const SettingsMap& settings() const { return settings_; }
  // Of these, those whose value is the one that they would be reset to: a SET LOCAL behind a RESET leaves it so, too.
  [[nodiscard]] const std::set<std::string, std::less<>>& at_default() const { return at_default_; }
  // One of those that were expected has another value. Whether there are others is told by settings().
  [[nodiscard]] bool has_unexpected_value() const { return has_unexpected_value_; }
  [[nodiscard]] const std::vector<std::string>& channels() const { return channels_; }
  // Those that no other server can be given.
  [[nodiscard]] StateKinds kinds() const { return kinds_; }

 private:
  void take(std::string_view what, std::string name, std::string value);

  SettingsMap settings_;
  std::set<std::string, std::less<>> at_default_;
  std::vector<std::string> channels_;
  StateKinds kinds_;
  std::size_t size_bytes_ = 0;
  bool has_unexpected_value_ = false;
  bool is_bad_ = false;
};

}  // namespace howdah::protocol
