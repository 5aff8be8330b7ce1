// Whether a name that somebody else vouches for, the operating system or an authority of certificates, may log in as a
// user. (PostgreSQL documentation: "User Name Maps")
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/ident_map.h"
#include "config/settings.h"
#include "daemon/auth/client_facts.h"

namespace howdah::auth {

// A snapshot; null: there are none.
using IdentMapsPointer = std::shared_ptr<const config::IdentMaps>;

// By the map of the rule; without one both names must be the same. An empty name, or one with a zero byte, is nobody's.
[[nodiscard]] bool may_log_in_as(const config::AuthRule& rule, const IdentMapsPointer& maps,
                                 std::string_view system_name, const std::string& user);

// The client should have shown a certificate that an authority of ours has signed, and has not.
[[nodiscard]] bool lacks_certificate(const config::AuthRule& rule, const ClientFacts& facts);

// Why the certificate does not let its owner log in as this user, for the log; nothing where it does, or where the rule
// does not care whose it is.
[[nodiscard]] std::optional<std::string> why_certificate_is_refused(const config::AuthRule& rule,
                                                                    const IdentMapsPointer& maps,
                                                                    const ClientFacts& facts);

}  // namespace howdah::auth
