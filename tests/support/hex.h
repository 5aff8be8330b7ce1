// Bytes as hexadecimal digits, as a server's encode() writes them.
#pragma once

#include <string>
#include <string_view>

namespace howdah::tests {

inline std::string hex(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string digits;
  for (const char c : text) {
    digits.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
    digits.push_back(kDigits[static_cast<unsigned char>(c) & 15]);
  }
  return digits;
}

}  // namespace howdah::tests
