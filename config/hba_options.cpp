#include "config/hba_options.h"

#include <algorithm>
#include <array>
#include <sstream>

#include "config/ldap_url.h"
#include "config/plain_text.h"
#include "config/units.h"
#include "config/words.h"

namespace howdah::config {

namespace {

using Result = std::expected<void, std::string>;

struct HbaOption {
  std::string_view name;
  Result (*read)(const std::string& value, AuthRule& rule);
};

Result refuse(const std::string& value, const std::string& expected) {
  return std::unexpected("found " + in_quotes(value) + ", expected " + expected);
}

Result read_client_certificate(const std::string& value, AuthRule& rule) {
  const auto check = parse_word<ClientCertificateCheck>(value);
  if (!check || *check == ClientCertificateCheck::None) return refuse(value, "verify-ca or verify-full");
  rule.client_certificate = *check;
  return {};
}

Result read_certificate_name(const std::string& value, AuthRule& rule) {
  if (rule.tls != RuleTls::Required)
    return std::unexpected("found " + in_quotes(value) + ", expected none but in hostssl");
  if (value != "CN" && value != "DN") return refuse(value, "CN or DN");
  rule.certificate_name = value == "CN" ? CertificateName::CommonName : CertificateName::DistinguishedName;
  return {};
}

Result read_pam_host_name(const std::string& value, AuthRule&) {
  if (value == "1") return refuse(value, "0, since no names of clients are looked up");
  return {};
}

Result read_scheme(const std::string& value, AuthRule& rule) {
  const auto scheme = parse_word<LdapSettings::Scheme>(value);
  if (!scheme) return refuse(value, "ldap or ldaps");
  rule.ldap.scheme = *scheme;
  return {};
}

// PostgreSQL takes whatever is not 1 for no.
Result read_start_tls(const std::string& value, AuthRule& rule) {
  if (value != "0" && value != "1") return refuse(value, "0 or 1");
  rule.ldap.start_tls = value == "1";
  return {};
}

Result read_port(const std::string& value, AuthRule& rule) {
  const auto port = parse_whole_number(value);
  if (!port || *port < 1 || *port > 65'535) return refuse(value, "a whole number from 1 to 65535");
  rule.ldap.port = static_cast<int>(*port);
  return {};
}

Result read_servers(const std::string& value, AuthRule& rule) {
  rule.ldap.servers.clear();
  std::istringstream names(value);
  for (std::string name; names >> name;) rule.ldap.servers.push_back(name);
  return {};
}

Result read_url(const std::string& value, AuthRule& rule) {
  const auto is_read = read_ldap_url(value, rule.ldap);
  if (is_read) return {};
  return std::unexpected("found " + is_read.error() +
                         ", expected ldap[s]://host[:port]/base[?attribute[?scope[?filter]]]");
}

template <auto kMember>
Result text(const std::string& value, AuthRule& rule) {
  rule.*kMember = value;
  return {};
}
template <auto kMember>
Result ldap_text(const std::string& value, AuthRule& rule) {
  rule.ldap.*kMember = value;
  return {};
}

constexpr std::array kOptions{
    HbaOption{"map", text<&AuthRule::map>},
    HbaOption{"clientcert", read_client_certificate},
    HbaOption{"clientname", read_certificate_name},
    HbaOption{"pamservice", text<&AuthRule::pam_service>},
    HbaOption{"pam_use_hostname", read_pam_host_name},
    HbaOption{"ldapurl", read_url},
    HbaOption{"ldaptls", read_start_tls},
    HbaOption{"ldapscheme", read_scheme},
    HbaOption{"ldapserver", read_servers},
    HbaOption{"ldapport", read_port},
    HbaOption{"ldapbinddn", ldap_text<&LdapSettings::bind_dn>},
    HbaOption{"ldapbindpasswd", ldap_text<&LdapSettings::bind_password>},
    HbaOption{"ldapsearchattribute", ldap_text<&LdapSettings::search_attribute>},
    HbaOption{"ldapsearchfilter", ldap_text<&LdapSettings::search_filter>},
    HbaOption{"ldapbasedn", ldap_text<&LdapSettings::base_dn>},
    HbaOption{"ldapprefix", ldap_text<&LdapSettings::prefix>},
    HbaOption{"ldapsuffix", ldap_text<&LdapSettings::suffix>},
};

// Of methods that there are not here.
constexpr std::array<std::string_view, 12> kOptionsElsewhere{
    "krb_realm",   "include_realm",     "compat_realm", "upn_username", "radiusservers", "radiussecrets",
    "radiusports", "radiusidentifiers", "issuer",       "scope",        "validator",     "delegate_ident_mapping"};

}  // namespace

Result read_hba_option(const Token& token, AuthRule& rule) {
  const auto equals = token.text.find('=');
  // It may be the rest of a password with a comma in it.
  if (equals == std::string::npos) return std::unexpected("found an option without =, expected name=value");
  const auto name = token.text.substr(0, equals);
  const auto value = token.text.substr(equals + 1);
  const auto* const option = std::ranges::find(kOptions, name, &HbaOption::name);
  if (option != kOptions.end()) {
    const auto is_read = option->read(value, rule);
    return is_read ? Result() : std::unexpected(name + ": " + is_read.error());
  }
  const bool is_known = std::ranges::find(kOptionsElsewhere, name) != kOptionsElsewhere.end();
  if (is_known) return std::unexpected("found the option " + name + ", which is not supported, expected another");
  return std::unexpected("found an unknown option, expected map, clientcert, clientname, pamservice or one of ldap");
}

}  // namespace howdah::config
