#include "config/origin.h"

#include <arpa/inet.h>

#include <array>

#include "config/units.h"

namespace howdah::config {

namespace {

constexpr std::string_view kMappedPrefix{"\0\0\0\0\0\0\0\0\0\0\xff\xff", 12};
constexpr int kMappedBits = 96;

std::optional<std::string> parse_address(const std::string& text) {
  if (text.find('\0') != std::string::npos) return std::nullopt;  // inet_pton would stop there
  const bool is_v6 = text.find(':') != std::string::npos;
  std::string bytes(is_v6 ? 16 : 4, '\0');
  if (inet_pton(is_v6 ? AF_INET6 : AF_INET, text.c_str(), bytes.data()) != 1) return std::nullopt;
  return bytes;
}

std::optional<int> parse_prefix(std::string_view text, int most) {
  const auto bits = parse_whole_number(text);
  if (!bits || *bits < 0 || *bits > most) return std::nullopt;
  return static_cast<int>(*bits);
}

Origin without_mapping(Origin origin) {
  if (!origin.address.starts_with(kMappedPrefix) || origin.prefix_bits < kMappedBits) return origin;
  origin.address.erase(0, kMappedPrefix.size());
  origin.prefix_bits -= kMappedBits;
  return origin;
}

}  // namespace

std::optional<Origin> parse_origin(std::string_view text) {
  if (text == "any") return Origin{};
  if (text == "local") return Origin{.kind = Origin::Kind::Local};
  const auto slash = text.find('/');
  auto address = parse_address(std::string(text.substr(0, slash)));
  if (!address) return std::nullopt;
  const int all_bits = static_cast<int>(address->size()) * 8;
  const auto bits = slash == std::string_view::npos ? all_bits : parse_prefix(text.substr(slash + 1), all_bits);
  if (!bits) return std::nullopt;
  return without_mapping({.kind = Origin::Kind::Address, .address = *std::move(address), .prefix_bits = *bits});
}

std::string format_origin(const Origin& origin) {
  switch (origin.kind) {
    case Origin::Kind::Any:
      return "any";
    case Origin::Kind::Local:
      return "local";
    case Origin::Kind::Address:
      break;
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = origin.address.size() == 4 ? AF_INET : AF_INET6;
  if (inet_ntop(family, origin.address.data(), text.data(), text.size()) == nullptr) return {};
  return std::string(text.data()) + "/" + std::to_string(origin.prefix_bits);
}

}  // namespace howdah::config
