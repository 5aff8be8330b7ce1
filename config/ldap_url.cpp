#include "config/ldap_url.h"

#include <array>
#include <optional>
#include <utility>

#include "config/units.h"
#include "config/words.h"

namespace howdah::config {

namespace {

using Result = std::expected<void, std::string>;

// What stands in front of the first `mark`, which is taken away too; all of it where there is none.
std::string_view take_until(std::string_view& text, char mark) {
  const auto end = text.find(mark);
  const auto part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

std::optional<int> hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return std::nullopt;
}

std::expected<std::string, std::string> without_percent_codes(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded += text[at];
      continue;
    }
    const auto high = at + 2 < text.size() ? hex_digit(text[at + 1]) : std::nullopt;
    const auto low = at + 2 < text.size() ? hex_digit(text[at + 2]) : std::nullopt;
    if (!high || !low || (*high == 0 && *low == 0)) return std::unexpected("a percent code that is none");
    decoded += static_cast<char>(*high * 16 + *low);
    at += 2;
  }
  return decoded;
}

Result set_decoded(std::string& value, std::string_view text) {
  auto decoded = without_percent_codes(text);
  if (!decoded) return std::unexpected(std::move(decoded.error()));
  if (!decoded->empty()) value = *std::move(decoded);
  return {};
}

Result read_host(std::string_view host_and_port, LdapSettings& ldap) {
  auto port_mark = host_and_port.rfind(':');
  if (host_and_port.starts_with('[') && host_and_port.ends_with(']')) port_mark = std::string_view::npos;
  if (port_mark != std::string_view::npos) {
    const auto port = parse_whole_number(host_and_port.substr(port_mark + 1));
    if (!port || *port < 1 || *port > 65'535) return std::unexpected("a port that is none");
    ldap.port = static_cast<int>(*port);
    host_and_port = host_and_port.substr(0, port_mark);
  }
  if (host_and_port.empty()) return {};
  std::string host;
  const auto is_set = set_decoded(host, host_and_port);
  if (is_set) ldap.servers = {host};
  return is_set;
}

}  // namespace

Result read_ldap_url(std::string_view url, LdapSettings& ldap) {
  const auto mark = url.find("://");
  const auto scheme = parse_word<LdapSettings::Scheme>(url.substr(0, mark));
  if (mark == std::string_view::npos || !scheme) return std::unexpected("a scheme other than ldap and ldaps");
  ldap.scheme = *scheme;
  url.remove_prefix(mark + 3);
  auto host_and_base = take_until(url, '?');
  const auto host = take_until(host_and_base, '/');
  const auto attributes = take_until(url, '?');
  const auto scope = take_until(url, '?');
  const auto filter = take_until(url, '?');
  if (!url.empty()) return std::unexpected("extensions");
  const auto known_scope = scope.empty() ? LdapSettings::Scope::Base : parse_word<LdapSettings::Scope>(scope);
  if (!known_scope) return std::unexpected("a scope other than base, one and sub");
  ldap.scope = *known_scope;
  if (auto is_set = read_host(host, ldap); !is_set) return is_set;
  const std::array<std::pair<std::string*, std::string_view>, 3> parts{
      {{&ldap.base_dn, host_and_base},
       {&ldap.search_attribute, attributes.substr(0, attributes.find(','))},
       {&ldap.search_filter, filter}}};
  for (const auto& [value, text] : parts) {
    if (auto is_set = set_decoded(*value, text); !is_set) return is_set;
  }
  return {};
}

}  // namespace howdah::config
