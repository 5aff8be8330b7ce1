// Base64 as SCRAM uses it: the standard alphabet, padded, nothing between. (RFC 4648, section 4)
#pragma once

#include <optional>
#include <string>

#include "protocol/bytes.h"

namespace howdah::protocol {

[[nodiscard]] std::string base64_encode(Bytes bytes);

// Nothing where the text is not whole groups of four from the alphabet, with `=` only at the end. The unused
// bits of the last group may be anything, as in PostgreSQL.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

}  // namespace howdah::protocol
