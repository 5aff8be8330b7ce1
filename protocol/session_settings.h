// The run-time parameters (GUCs) that a session wants on its server, as an immutable value that many share.
// Equal pointers mean equal settings; a null pointer means none: what the server has from its log-in.
// (PostgreSQL documentation: "Setting Parameters", set_config in "System Administration Functions")
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace howdah::protocol {

struct SettingValue {
  enum class Kind : std::uint8_t {
    Text,     // as set_config takes it
    Names,    // a list of names: the server quotes each as it sees fit, and so gets what SET made of them
    Default,  // of a custom setting that was set back: others see that it was there
  };
  std::string text = {};  // of Names: each with a zero byte behind it
  Kind kind = Kind::Text;
  bool operator==(const SettingValue&) const = default;
};

// Names in lower case: PostgreSQL compares them without regard to case.
using SettingsMap = std::map<std::string, SettingValue, std::less<>>;
using SessionSettings = std::shared_ptr<const SettingsMap>;

// The role or the session's user.
[[nodiscard]] bool is_identity_setting(std::string_view name);
// Its value is a list of names, each quoted by itself.
[[nodiscard]] bool is_list_of_names(std::string_view name);

// Of two values for one name the later one counts. No settings at all give the null pointer.
[[nodiscard]] SessionSettings make_session_settings(const std::vector<std::pair<std::string, std::string>>& settings);

// One SQL command that turns `from` into `to`; empty where nothing differs. It is safe whatever the values
// hold and whatever client_encoding and search_path the server has: all ASCII, names qualified. A setting
// that is in `from` only goes back to what the server had at its log-in.
[[nodiscard]] std::string settings_change_command(const SessionSettings& from, const SessionSettings& to);

// The same where some of `from` may be in force no longer: says all of `to`.
[[nodiscard]] std::string settings_restoring_command(const SessionSettings& from, const SessionSettings& to);

// The same for a transaction that is under way, which must not have begun to read by it: SET commands, or SET LOCAL.
[[nodiscard]] std::string set_commands(const SettingsMap& settings, bool is_local);

// Either command with a guard in front: an error in it ends the connection, and whatever has been sent behind it does
// not run with settings that are not its own. (PostgreSQL documentation: exit_on_error in "Error Handling")
[[nodiscard]] std::string guarded(const std::string& change_command);

// Of each of `settings` a condition that is true where another value is in force. Whoever asks for them has changed
// them to these up to the end of his transaction. The role, the session's user and what was set back are left out.
[[nodiscard]] std::vector<std::string> unexpected_value_conditions(const SessionSettings& settings);

// What settings mean for whoever has to do with their server.
struct SettingTraits {
  // Statements may take so little time that a command which changes these settings is in danger itself.
  bool is_hasty = false;
  // The search path names the temporary schema, which is where objects without a schema of their own may go then.
  bool creates_temporary_objects = false;
};
[[nodiscard]] SettingTraits setting_traits(const SessionSettings& settings);

// They differ in nothing but what was set back.
[[nodiscard]] bool are_same_settings(const SessionSettings& one, const SessionSettings& other);

// The settings of `settings`, and those of `startup` that it lacks: what a RESET returns to is what the client asked
// for at its start. `settings` itself where it lacks none.
[[nodiscard]] SessionSettings with_startup_settings(const SessionSettings& settings, const SessionSettings& startup);

// `settings`, and those of `wanted` that are `kept` with the same value.
[[nodiscard]] SessionSettings with_kept_settings(const SessionSettings& settings, const SessionSettings& wanted,
                                                 const SettingsMap& kept);

// Of those settings that may decide what a statement means or how it is planned (search_path and role, TimeZone and
// DateStyle for constants, client_encoding, and all others that are not known to be without effect): a text that is the
// same where they are; empty where there are none.
[[nodiscard]] std::string meaning_settings_key(const SessionSettings& settings);

// A text that is the same for equal settings only.
[[nodiscard]] std::string settings_key(const SessionSettings& settings);

}  // namespace howdah::protocol
