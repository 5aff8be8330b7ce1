// Where a connection comes from.
#pragma once

#include <sys/socket.h>

#include <string>

namespace howdah::io {

struct PeerAddress {
  bool is_local = false;  // a Unix socket
  std::string bytes;      // 4 or 16, network order; an IPv4 address in IPv6 clothes has 4; empty where local
  std::string text;       // "127.0.0.1:40000", "[::1]:40000" or "unix:1234(uid 1000)"
};

// Of a socket that accept(2) gave, whose address is `address`.
[[nodiscard]] PeerAddress read_peer_address(int fd, const sockaddr_storage& address);

}  // namespace howdah::io
