// Where a client may come from, as text in a rule of `auth`: "any", "local", "10.0.0.0/8", "::1".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/settings.h"

namespace howdah::config {

// An address without a prefix length means that one address. An IPv4 network in IPv6 clothes
// ("::ffff:10.0.0.0/104") becomes the IPv4 network, as which clients appear.
[[nodiscard]] std::optional<Origin> parse_origin(std::string_view text);
[[nodiscard]] std::string format_origin(const Origin& origin);

}  // namespace howdah::config
