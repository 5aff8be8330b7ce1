#include "config/redaction.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace howdah::config {

namespace {

// In the names of libpq's keywords whose values are secret: password, sslpassword, oauth_client_secret,
// scram_client_key, scram_server_key.
constexpr std::array<std::string_view, 3> kSecretWords{"password", "secret", "scram_"};

bool is_uri(std::string_view text) {
  return text.starts_with("postgresql://") || text.starts_with("postgres://");
}

std::size_t find_secret_word(std::string_view text) {
  auto first = std::string_view::npos;
  for (const auto word : kSecretWords) first = std::min(first, text.find(word));
  return first;
}

// What no percent code is stays as it is.
std::string without_percent_codes(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned code = 0;
    const auto* const digits = text.data() + at + 1;
    const bool is_code =
        text[at] == '%' && at + 2 < text.size() && std::from_chars(digits, digits + 2, code, 16).ptr == digits + 2;
    decoded += is_code ? static_cast<char>(code) : text[at];
    if (is_code) at += 2;
  }
  return decoded;
}

// Behind "keyword=".
std::string without_keyword_secrets(std::string_view text) {
  const auto word = find_secret_word(text);
  if (word == std::string_view::npos) return std::string(text);
  const auto equals = text.find('=', word);
  return std::string(text.substr(0, equals == std::string_view::npos ? word : equals + 1)) + kMask;
}

// In a URI a keyword may be written in percent codes: then all parameters are hidden.
std::string without_parameter_secrets(std::string_view text) {
  const auto parameters = text.find('?');
  if (parameters == std::string_view::npos) return std::string(text);
  const bool is_coded = text.find('%', parameters) != std::string_view::npos;
  if (is_coded) return std::string(text.substr(0, parameters + 1)) + kMask;
  return std::string(text.substr(0, parameters)) + without_keyword_secrets(text.substr(parameters));
}

}  // namespace

std::string without_secrets(std::string_view connection_string) {
  if (!is_uri(connection_string)) return without_keyword_secrets(connection_string);
  const auto start = connection_string.find("://") + 3;
  const auto at = connection_string.rfind('@');
  if (at == std::string_view::npos || at < start) return without_parameter_secrets(connection_string);
  const auto colon = connection_string.find(':', start);
  const auto rest = without_parameter_secrets(connection_string.substr(at));
  if (colon >= at) return std::string(connection_string.substr(0, at)) + rest;
  return std::string(connection_string.substr(0, colon + 1)) + kMask + rest;
}

bool may_hold_secret(std::string_view connection_string) {
  if (!is_uri(connection_string)) return find_secret_word(connection_string) != std::string_view::npos;
  const auto start = connection_string.find("://") + 3;
  const auto at = connection_string.rfind('@');
  const bool has_user = at != std::string_view::npos && at >= start;
  if (has_user && connection_string.find(':', start) < at) return true;
  // Keywords may be written in percent codes.
  const auto parameters = connection_string.substr(std::min(connection_string.size(), connection_string.find('?')));
  return find_secret_word(without_percent_codes(parameters)) != std::string_view::npos;
}

std::string without_secret_quotes(std::string_view message, std::string_view connection_string) {
  const bool may_hold_secret = connection_string.find('@') != std::string_view::npos ||
                               find_secret_word(connection_string) != std::string_view::npos ||
                               connection_string.find('%') != std::string_view::npos;
  if (!may_hold_secret) return std::string(message);
  const auto first = message.find('"');
  const auto last = message.rfind('"');
  if (first == std::string_view::npos) return std::string(message);
  if (first == last) return std::string(message.substr(0, first)) + kMask;
  return std::string(message.substr(0, first + 1)) + kMask + std::string(message.substr(last));
}

}  // namespace howdah::config
