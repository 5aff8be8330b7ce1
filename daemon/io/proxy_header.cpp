#include "daemon/io/proxy_header.h"

#include <arpa/inet.h>

#include <charconv>

namespace howdah::io {

namespace {

using protocol::ByteReader;
using protocol::Bytes;
using Result = std::expected<std::optional<ProxyHeader>, std::string_view>;

constexpr std::string_view kTextStart = "PROXY ";
constexpr std::size_t kMaxTextBytes = 107;  // its line end included
constexpr std::string_view kBinaryStart{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t kBinaryFixedBytes = 16;
constexpr std::size_t kV4Bytes = 4;
constexpr std::size_t kV6Bytes = 16;

// What stands in front of the next blank or the end; takes both.
std::string_view take_word(std::string_view& text) {
  const auto word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

std::optional<std::string> parse_address(std::string_view text, bool is_v6) {
  if (text.contains('\0')) return std::nullopt;
  std::string address(is_v6 ? kV6Bytes : kV4Bytes, '\0');
  if (inet_pton(is_v6 ? AF_INET6 : AF_INET, std::string(text).c_str(), address.data()) != 1) return std::nullopt;
  return address;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto* end = std::to_address(text.end());
  const auto result = std::from_chars(std::to_address(text.begin()), end, port);
  const bool has_zero = text.size() > 1 && text.front() == '0';
  return result.ec == std::errc() && result.ptr == end && !has_zero ? std::optional(port) : std::nullopt;
}

// "TCP4 192.0.2.1 192.0.2.2 40000 5432"
Result read_line(std::string_view line, std::size_t size) {
  const auto family = take_word(line);
  if (family == "UNKNOWN") return ProxyHeader{.size_bytes = size};
  if (family != "TCP4" && family != "TCP6") return std::unexpected("an unknown family");
  const bool is_v6 = family == "TCP6";
  const auto source = parse_address(take_word(line), is_v6);
  const auto destination = parse_address(take_word(line), is_v6);
  const auto port = parse_port(take_word(line));
  const auto destination_port = parse_port(line);
  if (!source || !destination || !port || !destination_port) return std::unexpected("a malformed address");
  return ProxyHeader{.size_bytes = size, .address = *source, .port = *port};
}

Result read_text(Bytes bytes) {
  const auto end = bytes.substr(0, kMaxTextBytes).find("\r\n");
  if (end != Bytes::npos) return read_line(bytes.substr(kTextStart.size(), end - kTextStart.size()), end + 2);
  if (bytes.size() >= kMaxTextBytes) return std::unexpected("a line that does not end");
  return std::nullopt;
}

// The addresses of both ends, then the ports of both.
ProxyHeader read_addresses(Bytes content, std::size_t address_bytes, std::size_t size) {
  ByteReader reader(content);
  const auto source = reader.take(address_bytes);
  const auto destination = reader.take(address_bytes);
  const auto port = reader.int16();
  const auto destination_port = reader.int16();
  if (!source || !destination || !port || !destination_port) return {.size_bytes = 0};
  return {.size_bytes = size, .address = std::string(*source), .port = static_cast<std::uint16_t>(*port)};
}

Result read_binary(Bytes bytes) {
  if (bytes.size() < kBinaryFixedBytes) return std::nullopt;
  const auto version_and_command = static_cast<unsigned char>(bytes[12]);
  const auto family = static_cast<unsigned char>(bytes[13]);
  const std::size_t content_bytes =
      static_cast<std::size_t>(static_cast<unsigned char>(bytes[14])) * 256 + static_cast<unsigned char>(bytes[15]);
  const auto size = kBinaryFixedBytes + content_bytes;
  if (version_and_command >> 4 != 2) return std::unexpected("an unknown version");
  const auto command = version_and_command & 0xf;
  if (command > 1) return std::unexpected("an unknown command");
  if (size > kMaxProxyHeaderBytes) return std::unexpected("too long");
  if (bytes.size() < size) return std::nullopt;
  constexpr unsigned char kTcpV4 = 0x11;
  constexpr unsigned char kTcpV6 = 0x21;
  const bool has_address = command == 1 && (family == kTcpV4 || family == kTcpV6);
  if (!has_address) return ProxyHeader{.size_bytes = size};
  auto header =
      read_addresses(bytes.substr(kBinaryFixedBytes, content_bytes), family == kTcpV4 ? kV4Bytes : kV6Bytes, size);
  if (header.size_bytes == 0) return std::unexpected("too short for its addresses");
  return header;
}

bool may_begin_with(Bytes bytes, std::string_view start) {
  return bytes.substr(0, start.size()) == start.substr(0, bytes.size());
}

}  // namespace

Result read_proxy_header(Bytes bytes) {
  if (may_begin_with(bytes, kTextStart))
    return bytes.size() < kTextStart.size() ? Result(std::nullopt) : read_text(bytes);
  if (may_begin_with(bytes, kBinaryStart)) {
    return bytes.size() < kBinaryStart.size() ? Result(std::nullopt) : read_binary(bytes);
  }
  return std::unexpected("no PROXY header");
}

}  // namespace howdah::io
