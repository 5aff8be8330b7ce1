#include "config/listen_address.h"

#include <charconv>
#include <optional>

namespace howdah::config {

namespace {

constexpr std::string_view kLocal = "unix:";
// sockaddr_un holds 107 bytes and a zero.
constexpr std::size_t kMostPathBytes = 107;

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

std::expected<ListenAddress, std::string> parse_local(std::string_view text) {
  ListenAddress address;
  const auto colon = text.rfind(':');
  if (colon != std::string_view::npos) {
    const auto port = parse_port(text.substr(colon + 1));
    if (!port) return std::unexpected("expected a port behind the last colon");
    address.port = *port;
    text = text.substr(0, colon);
  }
  if (!text.starts_with('/')) return std::unexpected("expected unix:/folder or unix:/folder:port");
  while (text.size() > 1 && text.ends_with('/')) text.remove_suffix(1);
  address.folder = text;
  if (address.socket_path().size() > kMostPathBytes) {
    return std::unexpected("expected a folder whose socket path has at most 107 bytes");
  }
  return address;
}

}  // namespace

std::string ListenAddress::text() const {
  if (is_local()) return "unix:" + socket_path();
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::expected<ListenAddress, std::string> parse_listen_address(std::string_view text) {
  if (text.starts_with(kLocal)) return parse_local(text.substr(kLocal.size()));
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::unexpected("expected host:port or unix:/folder");
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) return std::unexpected("expected a port from 0 to 65535 behind the last colon");
  auto host = text.substr(0, colon);
  if (host.starts_with('[')) {
    if (!host.ends_with(']') || host.size() < 3) return std::unexpected("expected [address]:port");
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::unexpected("expected an IPv6 address in brackets: [address]:port");
  }
  if (host == "*") host = {};
  return ListenAddress{.folder = {}, .host = std::string(host), .port = *port};
}

}  // namespace howdah::config
