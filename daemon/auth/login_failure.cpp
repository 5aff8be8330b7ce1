#include "daemon/auth/login_failure.h"

#include <string_view>

#include "protocol/sqlstate.h"

namespace howdah::auth {

namespace {

using config::AuthMethod;

// Before "authentication failed".
std::string_view words_for(AuthMethod method) {
  switch (method) {
    case AuthMethod::Trust:
      return "\"trust\"";  // with a certificate of another name
    case AuthMethod::Cert:
      return "certificate";
    case AuthMethod::Peer:
      return "Peer";
    case AuthMethod::Pam:
      return "PAM";
    case AuthMethod::Ldap:
      return "LDAP";
    case AuthMethod::Password:
    case AuthMethod::Md5:
    case AuthMethod::ScramSha256:
    case AuthMethod::Backend:
    case AuthMethod::Reject:
      break;
  }
  return "password";
}

}  // namespace

protocol::ErrorFields login_failure(AuthMethod method, const std::string& user) {
  const auto words = words_for(method);
  const auto sqlstate =
      words == "password" ? protocol::sqlstate::kInvalidPassword : protocol::sqlstate::kInvalidAuthorization;
  return protocol::make_error(protocol::Severity::Fatal, sqlstate,
                              std::string(words) + " authentication failed for user \"" + user + '"');
}

}  // namespace howdah::auth
