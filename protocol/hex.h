// Bytes that were written as hexadecimal digits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace howdah::protocol {

// Nothing where it is something else. The digits are in lower case.
[[nodiscard]] inline std::optional<std::string> from_hex(std::string_view hex) {
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
    if (digit(hex[at]) < 0 || digit(hex[at + 1]) < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(digit(hex[at]) * 16 + digit(hex[at + 1])));
  }
  return hex.size() % 2 == 0 ? std::optional(std::move(bytes)) : std::nullopt;
}

}  // namespace howdah::protocol
