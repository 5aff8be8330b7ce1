// How commands name a client.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace howdah::admin {

// "12", or "c12" as SHOW CLIENTS has it; nothing where it is no number.
[[nodiscard]] std::optional<std::uint64_t> read_client_number(std::string_view text);

}  // namespace howdah::admin
