#include "config/rule_checks.h"

#include <algorithm>

#include "config/plain_text.h"
#include "config/words.h"

namespace howdah::config {

namespace {

using Mistakes = std::vector<RuleMistake>;

std::string word(auto value) {
  return std::string(word_of(value));
}

void check_origin(const AuthRule& rule, Mistakes& mistakes) {
  const bool is_local = rule.origin.kind == Origin::Kind::Local;
  if (is_local && rule.tls != RuleTls::Any) {
    mistakes.push_back({"tls", word(rule.tls), "any, since a Unix socket has no TLS"});
  }
  if (rule.method == AuthMethod::Peer && !is_local) {
    mistakes.push_back({"method", "peer", "another one: peer is for Unix sockets only (local)"});
  }
}

void check_certificate(const AuthRule& rule, Mistakes& mistakes) {
  const bool is_tls_only = rule.tls == RuleTls::Required && rule.origin.kind != Origin::Kind::Local;
  if (rule.method == AuthMethod::Cert) {
    if (!is_tls_only)
      mistakes.push_back({"method", "cert", "another one: cert is for TLS only (tls: required, hostssl)"});
    if (rule.client_certificate == ClientCertificateCheck::VerifyCa) {
      mistakes.push_back({"client_certificate", "verify-ca", "verify-full, which the method cert does anyway"});
    }
  } else if (asks_for_certificate(rule) && !is_tls_only) {
    mistakes.push_back({"client_certificate", word(rule.client_certificate),
                        "none: certificates come by TLS only (tls: required, hostssl)"});
  }
}

void check_pam(const AuthRule& rule, Mistakes& mistakes) {
  if (rule.method == AuthMethod::Pam || rule.pam_service == AuthRule().pam_service) return;
  mistakes.push_back({"pam_service", in_quotes(rule.pam_service), "none, since the method is not pam"});
}

void check_map(const AuthRule& rule, Mistakes& mistakes) {
  const bool has_system_name = rule.method == AuthMethod::Cert || rule.method == AuthMethod::Peer;
  if (rule.map.empty() || has_system_name) return;
  mistakes.push_back({"map", in_quotes(rule.map), "none, since only the methods cert and peer have one"});
}

// What goes into the URI of a server.
bool is_host(const std::string& name) {
  constexpr std::string_view kHostBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]";
  return !name.empty() && name.find_first_not_of(kHostBytes) == std::string::npos;
}

void check_ldap_search(const LdapSettings& ldap, Mistakes& mistakes) {
  const bool binds_simply = !ldap.prefix.empty() || !ldap.suffix.empty();
  const LdapSettings defaults;
  if (!binds_simply && ldap.base_dn.empty()) {
    mistakes.push_back({"ldap", "no base_dn, prefix or suffix", "one of them, since the method is ldap"});
  }
  const bool searches = !ldap.base_dn.empty() || !ldap.bind_dn.empty() || !ldap.bind_password.empty() ||
                        !ldap.search_filter.empty() || ldap.search_attribute != defaults.search_attribute;
  if (binds_simply && searches) {
    mistakes.push_back({"ldap", "prefix or suffix beside options of a search",
                        "either those, or base_dn, bind_dn, bind_password, search_attribute and search_filter"});
  }
  if (!ldap.search_filter.empty() && ldap.search_attribute != defaults.search_attribute) {
    mistakes.push_back({"ldap", "search_attribute beside search_filter", "one of them"});
  }
}

void check_ldap(const AuthRule& rule, Mistakes& mistakes) {
  const auto& ldap = rule.ldap;
  if (rule.method != AuthMethod::Ldap) {
    if (ldap != LdapSettings{}) mistakes.push_back({"ldap", "a section", "none, since the method is not ldap"});
    return;
  }
  if (ldap.servers.empty()) {
    mistakes.push_back({"ldap.servers", "nothing", "at least one server, since the method is ldap"});
  }
  for (const auto& server : ldap.servers) {
    if (!is_host(server)) mistakes.push_back({"ldap.servers", in_quotes(server), "the names or addresses of hosts"});
  }
  if (ldap.start_tls && ldap.scheme == LdapSettings::Scheme::Ldaps) {
    mistakes.push_back({"ldap.start_tls", "true", "false, since ldaps has TLS from the start"});
  }
  check_ldap_search(ldap, mistakes);
}

}  // namespace

bool asks_for_certificate(const AuthRule& rule) {
  return rule.method == AuthMethod::Cert || rule.client_certificate != ClientCertificateCheck::None;
}

std::vector<RuleMistake> check_rule(const AuthRule& rule) {
  Mistakes mistakes;
  check_origin(rule, mistakes);
  check_certificate(rule, mistakes);
  check_map(rule, mistakes);
  check_pam(rule, mistakes);
  check_ldap(rule, mistakes);
  return mistakes;
}

std::vector<RuleMistake> check_needs_of_rule(const AuthRule& rule, const Settings& settings) {
  Mistakes mistakes;
  const auto& tls = settings.client.tls;
  if (asks_for_certificate(rule)) {
    const auto* const field = rule.method == AuthMethod::Cert ? "method" : "client_certificate";
    const auto found = rule.method == AuthMethod::Cert ? "cert" : word(rule.client_certificate);
    if (tls.ca.empty()) {
      mistakes.push_back({field, found, "client.tls.ca with it, since the client must show a certificate"});
    } else if (tls.client_certificate == ClientCertificate::None) {
      mistakes.push_back({field, found, "client.tls.client_certificate to be request or require with it"});
    }
  }
  if (!rule.map.empty() && !settings.ident_maps.contains(rule.map)) {
    mistakes.push_back({"map", in_quotes(rule.map), "a map of ident_maps or of the ident_file"});
  }
  return mistakes;
}

}  // namespace howdah::config
