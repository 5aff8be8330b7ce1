// The PROXY protocol, in both versions: what a load balancer sends in front of a connection's first byte to tell where
// that connection comes from. Read from addresses only that the configuration names: whoever may send it may claim any
// address. (haproxy: "The PROXY protocol", versions 1 and 2)
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/bytes.h"

namespace howdah::io {

// The longest header that is read: behind the addresses of version 2 there may be more, which is passed over.
inline constexpr std::size_t kMaxProxyHeaderBytes = 2048;

struct ProxyHeader {
  std::size_t size_bytes = 0;
  // Where the connection comes from: 4 or 16 bytes, network order. Empty where the header tells of no address (the
  // balancer's own connection, a family that has none): then it is the one that the socket has.
  std::string address = {};
  std::uint16_t port = 0;
};

// The header at the front; nothing while bytes are missing; or why it is none, in a few words, as soon as that is
// clear.
[[nodiscard]] std::expected<std::optional<ProxyHeader>, std::string_view> read_proxy_header(protocol::Bytes bytes);

}  // namespace howdah::io
