#include "protocol/base64.h"

#include <array>
#include <cstdint>

namespace howdah::protocol {

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 0xff;

constexpr std::array<std::uint8_t, 256> kDigits = [] {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(kNoDigit);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    digits[static_cast<std::uint8_t>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  return digits;
}();

// Four letters for the up to three bytes in `group`.
void append_group(std::string& out, Bytes group) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < 3; ++i) bits = bits << 8 | (i < group.size() ? static_cast<std::uint8_t>(group[i]) : 0u);
  for (std::size_t i = 0; i < 4; ++i) out.push_back(i <= group.size() ? kAlphabet[bits >> (18 - 6 * i) & 0x3f] : '=');
}

// The bytes of 2, 3 or 4 letters; false where one is not of the alphabet.
bool append_bytes(std::string& out, std::string_view letters) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto digit = i < letters.size() ? kDigits[static_cast<std::uint8_t>(letters[i])] : std::uint8_t{0};
    if (digit == kNoDigit) return false;
    bits = bits << 6 | digit;
  }
  for (std::size_t i = 0; i + 1 < letters.size(); ++i) out.push_back(static_cast<char>(bits >> (16 - 8 * i) & 0xff));
  return true;
}

}  // namespace

std::string base64_encode(Bytes bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) append_group(out, bytes.substr(at, 3));
  return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.ends_with("==")) {
    text.remove_suffix(2);
  } else if (text.ends_with('=')) {
    text.remove_suffix(1);
  }
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  for (std::size_t at = 0; at < text.size(); at += 4) {
    if (!append_bytes(out, text.substr(at, 4))) return std::nullopt;
  }
  return out;
}

}  // namespace howdah::protocol
