#include "protocol/session_settings.h"

#include <algorithm>
#include <array>

namespace howdah::protocol {

namespace {

const SettingsMap kNoSettings;

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

void append_change(std::string& command, std::string_view name, const std::string& value) {
  command += command.empty() ? "SELECT " : ",";
  command += "pg_catalog.set_config(" + literal(name) + "," + value + ",false)";
}

std::string reset_of_what_is_gone(const SessionSettings& from, const SessionSettings& to) {
  std::string command;
  for (const auto& [name, value] : map_of(from)) {
    if (!map_of(to).contains(name)) append_change(command, name, "NULL");
  }
  return command;
}

}  // namespace

SessionSettings make_session_settings(const std::vector<std::pair<std::string, std::string>>& settings) {
  if (settings.empty()) return nullptr;
  auto map = std::make_shared<SettingsMap>();
  for (const auto& [name, value] : settings) (*map)[lower_case(name)] = value;
  return map;
}

std::string settings_change_command(const SessionSettings& from, const SessionSettings& to) {
  if (from == to) return {};
  const auto& before = map_of(from);
  auto command = reset_of_what_is_gone(from, to);
  for (const auto& [name, value] : map_of(to)) {
    const auto had = before.find(name);
    if (had == before.end() || had->second != value) append_change(command, name, literal(value));
  }
  return command;
}

std::string settings_restoring_command(const SessionSettings& from, const SessionSettings& to) {
  auto command = reset_of_what_is_gone(from, to);
  for (const auto& [name, value] : map_of(to)) append_change(command, name, literal(value));
  return command;
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
    key.append(name).push_back('\0');
    key.append(value).push_back('\0');
  }
  return key;
}

std::string settings_key(const SessionSettings& settings) {
  std::string key;
  for (const auto& [name, value] : map_of(settings)) {
    key.append(name).push_back('\0');
    key.append(value).push_back('\0');
  }
  return key;
}

}  // namespace howdah::protocol
