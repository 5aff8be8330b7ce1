// The option ldapurl of a pg_hba.conf: "ldap://host:port/base?attribute?scope?filter". (RFC 4516; PostgreSQL
// documentation: "LDAP Authentication")
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "config/settings.h"

namespace howdah::config {

// Sets what the URL says, and the scope in any case; the rest stays as it is. Or what is wrong, without the text.
[[nodiscard]] std::expected<void, std::string> read_ldap_url(std::string_view url, LdapSettings& ldap);

}  // namespace howdah::config
