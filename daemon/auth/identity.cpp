#include "daemon/auth/identity.h"

namespace howdah::auth {

namespace {

using config::AuthMethod;
using config::CertificateName;
using config::ClientCertificateCheck;

bool names_the_user(const config::AuthRule& rule) {
  return rule.method == AuthMethod::Cert || rule.client_certificate == ClientCertificateCheck::VerifyFull;
}

}  // namespace

bool may_log_in_as(const config::AuthRule& rule, const IdentMapsPointer& maps, std::string_view system_name,
                   const std::string& user) {
  if (system_name.empty() || system_name.find('\0') != std::string_view::npos) return false;
  static const config::IdentMaps no_maps;
  return config::map_allows(maps ? *maps : no_maps, rule.map, system_name, user);
}

bool lacks_certificate(const config::AuthRule& rule, const ClientFacts& facts) {
  const bool must_have = names_the_user(rule) || rule.client_certificate == ClientCertificateCheck::VerifyCa;
  return must_have && (!facts.tls || !facts.tls->has_certificate);
}

std::optional<std::string> why_certificate_is_refused(const config::AuthRule& rule, const IdentMapsPointer& maps,
                                                      const ClientFacts& facts) {
  if (!names_the_user(rule)) return std::nullopt;
  if (lacks_certificate(rule, facts)) return "no certificate";
  const auto& name =
      rule.certificate_name == CertificateName::CommonName ? facts.tls->common_name : facts.tls->distinguished_name;
  if (may_log_in_as(rule, maps, name, facts.user)) return std::nullopt;
  return name.empty() ? "the certificate has no name" : "the certificate is that of \"" + name + '"';
}

}  // namespace howdah::auth
