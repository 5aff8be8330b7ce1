// Startup packets for tests, good and bad.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/bytes.h"

namespace howdah::tests {

using Pairs = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::uint32_t kVersion30 = 0x00030000;
inline constexpr std::uint32_t kVersion32 = 0x00030002;

// The length of `packet` is put in front.
inline std::string with_length(std::string_view packet) {
  std::string whole;
  protocol::append_int32(whole, static_cast<std::int32_t>(packet.size() + 4));
  return whole.append(packet);
}

// A request code or version and whatever follows it.
inline std::string coded_packet(std::uint32_t code, std::string_view rest = {}) {
  std::string packet;
  protocol::append_int32(packet, static_cast<std::int32_t>(code));
  return with_length(packet.append(rest));
}

// `tail` stands where the terminator belongs.
inline std::string startup_packet(const Pairs& pairs, std::uint32_t version = kVersion30,
                                  std::string_view tail = {"\0", 1}) {
  std::string rest;
  for (const auto& [name, value] : pairs) {
    protocol::append_c_string(rest, name);
    protocol::append_c_string(rest, value);
  }
  return coded_packet(version, rest.append(tail));
}

}  // namespace howdah::tests
