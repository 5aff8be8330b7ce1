// Passwords as SCRAM hashes them: SASLprep, so that one password typed on two keyboards is the same bytes.
// Done by libidn, which only saslprep.cpp includes. (RFC 4013)
#pragma once

#include <string_view>

#include "protocol/crypto.h"

namespace howdah::protocol {

// As PostgreSQL prepares them, on both sides: ASCII stays as it is; what is no valid UTF-8, or holds
// characters that SASLprep prohibits or does not know, is taken raw. (Differs for five Chinese compatibility
// characters whose decomposition Unicode has corrected since: U+2F868, U+2F874, U+2F91F, U+2F95F, U+2F9BF.)
[[nodiscard]] SecretText prepare_password(std::string_view password);

}  // namespace howdah::protocol
