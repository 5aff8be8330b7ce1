#include "protocol/session_settings.h"

#include <algorithm>
#include <array>

namespace howdah::protocol {

namespace {

const SettingsMap kNoSettings;
constexpr std::string_view kSelect = "SELECT ";
constexpr std::size_t kDigitsOfASecond = 4;  // in milliseconds

const SettingsMap& map_of(const SessionSettings& settings) {
  return settings ? *settings : kNoSettings;
}

std::string lower_case(std::string_view name) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != '\'' && c != '\\'; });
}

// Bytes that some client_encoding could read as part of another character travel as hexadecimal digits.
std::string literal(std::string_view text) {
  if (is_plain(text)) return "'" + std::string(text) + "'";
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    hex.push_back(kDigits[byte >> 4]);
    hex.push_back(kDigits[byte & 15]);
  }
  return "pg_catalog.convert_from(pg_catalog.decode('" + hex +
         "','hex'),pg_catalog.current_setting('server_encoding'))";
}

// What PostgreSQL makes of `SET name = one, "Two"`.
std::string list_of_names(std::string_view names) {
  std::string list;
  for (std::size_t end = 0; (end = names.find('\0')) != std::string_view::npos; names.remove_prefix(end + 1)) {
    if (!list.empty()) list += ",', ',";
    list += "pg_catalog.quote_ident(" + literal(names.substr(0, end)) + ")";
  }
  return "pg_catalog.concat(" + list + ")";
}

std::string expression(const SettingValue& value) {
  switch (value.kind) {
    case SettingValue::Kind::Text:
      return literal(value.text);
    case SettingValue::Kind::Names:
      return list_of_names(value.text);
    case SettingValue::Kind::Default:
      break;
  }
  return "NULL";
}

void append_change(std::string& command, std::string_view name, const SettingValue& value) {
  command += command.empty() ? kSelect : ",";
  command += "pg_catalog.set_config(" + literal(name) + "," + expression(value) + ",false)";
}

const SettingValue kDefault{.kind = SettingValue::Kind::Default};

// What a value leaves open of a date style stays as it was: it must not be another session's.
void append_anew(std::string& command, std::string_view name, const SettingValue& value) {
  if (name == "datestyle") append_change(command, name, kDefault);
  append_change(command, name, value);
}

void append_entry(std::string& key, std::string_view name, const SettingValue& value) {
  key.append(name).push_back('\0');
  key.append(std::to_string(value.text.size())).push_back("tnd"[static_cast<std::size_t>(value.kind)]);
  key.append(value.text);
}

// Who the session is decides what it may set: these two go back first and come last.
constexpr std::array<std::string_view, 2> kIdentity = {"session_authorization", "role"};

// All that is in force under `name` in one of the two.
const SettingValue& value_in(const SessionSettings& settings, std::string_view name) {
  const auto& map = map_of(settings);
  const auto found = map.find(name);
  return found == map.end() ? kDefault : found->second;
}

// `changes`: what goes between.
std::string with_identity(const SessionSettings& from, const SessionSettings& to, const std::string& changes,
                          bool is_anew) {
  const auto is_same = [&](std::string_view name) { return value_in(from, name) == value_in(to, name); };
  if (!is_anew && changes.empty() && std::ranges::all_of(kIdentity, is_same)) return {};
  std::string before;
  std::string after;
  for (const auto name : kIdentity) {
    const auto& value = value_in(to, name);
    if (value_in(from, name) != kDefault || (is_anew && value != kDefault)) append_change(before, name, kDefault);
    if (value != kDefault) append_change(after, name, value);
  }
  std::string command = before;
  for (const auto& part : {changes, after}) {
    if (part.empty()) continue;
    command += command.empty() ? part : "," + part.substr(kSelect.size());
  }
  return command;
}

// A time as settings have it, in milliseconds where it has no unit. In doubt it is.
bool is_below_a_second(std::string_view time) {
  const auto end = std::min(time.find_first_not_of("0123456789"), time.size());
  const auto unit = time.substr(std::min(time.find_first_not_of(' ', end), time.size()));
  for (const auto* longer : {"s", "min", "h", "d"}) {
    if (unit.starts_with(longer)) return false;
  }
  if (!unit.empty() && unit != "ms") return true;
  return end > 0 && end < kDigitsOfASecond && time[0] != '0';
}

// As SET takes it, whatever client_encoding and standard_conforming_strings are.
std::string escaped_literal(std::string_view text) {
  if (is_plain(text)) return "'" + std::string(text) + "'";
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain({&c, 1})) {
      escaped.push_back(c);
    } else {
      escaped.append("\\x").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
    }
  }
  return "E'" + escaped + "'";
}

// The elements of a list of names as a setting has it: those without quotes are in lower case.
std::vector<std::string> names_in(std::string_view list) {
  std::vector<std::string> names(1);
  bool is_quoted = false;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const char c = list[i];
    const bool is_doubled = is_quoted && c == '"' && list.substr(i + 1).starts_with('"');
    if (c == '"' && !is_doubled) {
      is_quoted = !is_quoted;
    } else if (is_quoted) {
      names.back().push_back(c);
      i += is_doubled ? 1 : 0;
    } else if (c == ',') {
      names.emplace_back();
    } else if (c != ' ') {
      names.back() += lower_case({&c, 1});
    }
  }
  return names;
}

// Behind SET name =.
std::string set_value(std::string_view name, const SettingValue& value) {
  if (value.kind == SettingValue::Kind::Default) return "DEFAULT";
  if (value.kind == SettingValue::Kind::Text && !is_list_of_names(name)) return escaped_literal(value.text);
  std::vector<std::string> names;
  if (value.kind == SettingValue::Kind::Text) {
    names = names_in(value.text);
  } else {
    std::string_view rest = value.text;
    for (std::size_t end = 0; (end = rest.find('\0')) != std::string_view::npos; rest.remove_prefix(end + 1)) {
      names.emplace_back(rest.substr(0, end));
    }
  }
  std::string list;
  for (const auto& one : names) list += (list.empty() ? "" : ",") + escaped_literal(one);
  return list;
}

// app.tenant as "app"."tenant".
std::string quoted_name(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) c == '.' ? quoted.append("\".\"") : quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

std::string reset_of_what_is_gone(const SessionSettings& from, const SessionSettings& to) {
  std::string command;
  for (const auto& [name, value] : map_of(from)) {
    if (!is_identity_setting(name) && !map_of(to).contains(name)) append_change(command, name, kDefault);
  }
  return command;
}

}  // namespace

bool is_identity_setting(std::string_view name) {
  return std::ranges::find(kIdentity, name) != kIdentity.end();
}

// Those that keep a list of names, each quoted by itself (GUC_LIST_QUOTE); extensions cannot have any.
bool is_list_of_names(std::string_view name) {
  return name == "search_path" || name == "temp_tablespaces";
}

SessionSettings make_session_settings(const std::vector<std::pair<std::string, std::string>>& settings) {
  if (settings.empty()) return nullptr;
  auto map = std::make_shared<SettingsMap>();
  for (const auto& [name, value] : settings) (*map)[lower_case(name)] = {.text = value};
  return map;
}

std::string settings_change_command(const SessionSettings& from, const SessionSettings& to) {
  if (from == to) return {};
  const auto& before = map_of(from);
  auto command = reset_of_what_is_gone(from, to);
  for (const auto& [name, value] : map_of(to)) {
    if (is_identity_setting(name)) continue;
    const auto had = before.find(name);
    if (had == before.end()) append_change(command, name, value);
    if (had != before.end() && had->second != value) append_anew(command, name, value);
  }
  return with_identity(from, to, command, false);
}

std::string set_commands(const SettingsMap& settings, bool is_local) {
  std::string commands;
  for (const auto& [name, value] : settings) {
    commands += is_local ? "SET LOCAL " : "SET ";
    commands += quoted_name(name) + " = " + set_value(name, value) + ";";
  }
  return commands;
}

std::string settings_restoring_command(const SessionSettings& from, const SessionSettings& to) {
  auto command = reset_of_what_is_gone(from, to);
  for (const auto& [name, value] : map_of(to)) {
    if (!is_identity_setting(name)) append_anew(command, name, value);
  }
  return with_identity(from, to, command, true);
}

bool are_same_settings(const SessionSettings& one, const SessionSettings& other) {
  if (one == other) return true;
  const auto differs_from = [](const SettingsMap& map) {
    return [&map](const auto& entry) {
      if (entry.second.kind == SettingValue::Kind::Default) return false;
      const auto found = map.find(entry.first);
      return found == map.end() || found->second != entry.second;
    };
  };
  return std::ranges::none_of(map_of(one), differs_from(map_of(other))) &&
         std::ranges::none_of(map_of(other), differs_from(map_of(one)));
}

SessionSettings with_startup_settings(const SessionSettings& settings, const SessionSettings& startup) {
  const auto& map = map_of(settings);
  const auto is_there = [&map](const auto& entry) {
    const auto found = map.find(entry.first);
    return found != map.end() && found->second.kind != SettingValue::Kind::Default;
  };
  if (std::ranges::all_of(map_of(startup), is_there)) return settings;
  auto merged = std::make_shared<SettingsMap>(map);
  for (const auto& entry : map_of(startup)) {
    if (!is_there(entry)) merged->insert_or_assign(entry.first, entry.second);
  }
  if (*merged == *startup) return startup;
  return merged;
}

SessionSettings with_kept_settings(const SessionSettings& settings, const SessionSettings& wanted,
                                   const SettingsMap& kept) {
  auto merged = map_of(settings);
  for (const auto& entry : map_of(wanted)) {
    const auto found = kept.find(entry.first);
    if (found != kept.end() && found->second == entry.second) merged.insert(entry);
  }
  if (merged == map_of(settings)) return settings;
  if (merged == map_of(wanted)) return wanted;
  return std::make_shared<const SettingsMap>(std::move(merged));
}

std::string meaning_settings_key(const SessionSettings& settings) {
  static constexpr std::array<std::string_view, 10> kWithoutEffect = {"application_name",
                                                                      "bytea_output",
                                                                      "client_min_messages",
                                                                      "extra_float_digits",
                                                                      "idle_in_transaction_session_timeout",
                                                                      "idle_session_timeout",
                                                                      "lock_timeout",
                                                                      "log_min_duration_statement",
                                                                      "log_statement",
                                                                      "statement_timeout"};
  std::string key;
  for (const auto& [name, value] : map_of(settings)) {
    if (std::ranges::find(kWithoutEffect, name) != kWithoutEffect.end()) continue;
    append_entry(key, name, value);
  }
  return key;
}

// The left side is asked first.
std::vector<std::string> unexpected_value_conditions(const SessionSettings& settings) {
  std::vector<std::string> conditions;
  for (const auto& [name, value] : map_of(settings)) {
    if (is_identity_setting(name) || value.kind == SettingValue::Kind::Default) continue;
    conditions.push_back("(pg_catalog.current_setting(" + literal(name) +
                         ",true) OPERATOR(pg_catalog.=) pg_catalog.set_config(" + literal(name) + "," +
                         expression(value) + ",true)) IS NOT TRUE");
  }
  return conditions;
}

std::string guarded(const std::string& change_command) {
  if (change_command.empty()) return {};
  return std::string(kSelect) + "pg_catalog.set_config('exit_on_error','on',true)," +
         change_command.substr(kSelect.size());
}

SettingTraits setting_traits(const SessionSettings& settings) {
  const auto& path = value_in(settings, "search_path").text;
  return {.is_hasty = is_below_a_second(value_in(settings, "statement_timeout").text) ||
                      is_below_a_second(value_in(settings, "transaction_timeout").text),
          .creates_temporary_objects = path.find("pg_temp") != std::string::npos};
}

std::string settings_key(const SessionSettings& settings) {
  std::string key;
  for (const auto& [name, value] : map_of(settings)) append_entry(key, name, value);
  return key;
}

}  // namespace howdah::protocol
