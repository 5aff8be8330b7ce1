// The method ldap: a directory is asked whether it lets this user in with this password.
// (PostgreSQL documentation: "LDAP Authentication"; RFC 4513)
#pragma once

#include <expected>
#include <string>

#include "config/settings.h"
#include "daemon/auth/errand.h"
#include "protocol/crypto.h"

namespace howdah::auth {

// TLS is as the system's ldap.conf says. An empty password is nobody's: a directory would let anybody in with it.
[[nodiscard]] OutsideWork make_ldap_check(const config::AuthRule& rule, const std::string& user,
                                          protocol::SecretText password);

// The filter that finds `user`; or why there is none: a name that could change what the filter means is refused, not
// escaped, as PostgreSQL does.
[[nodiscard]] std::expected<std::string, std::string> ldap_filter(const config::LdapSettings& settings,
                                                                  const std::string& user);

}  // namespace howdah::auth
