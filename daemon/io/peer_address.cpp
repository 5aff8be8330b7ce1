#include "daemon/io/peer_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <cstring>

namespace howdah::io {

namespace {

std::string address_text(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(family, address, text.data(), text.size());
  return text.data();
}

PeerAddress read_v4(const in_addr& address, in_port_t port) {
  return {.is_local = false,
          .bytes = std::string(reinterpret_cast<const char*>(&address), sizeof address),
          .text = address_text(AF_INET, &address) + ":" + std::to_string(ntohs(port))};
}

PeerAddress read_v6(const sockaddr_in6& address) {
  if (IN6_IS_ADDR_V4MAPPED(&address.sin6_addr)) {
    in_addr inner{};
    std::memcpy(&inner, address.sin6_addr.s6_addr + 12, sizeof inner);
    return read_v4(inner, address.sin6_port);
  }
  return {.is_local = false,
          .bytes = std::string(reinterpret_cast<const char*>(&address.sin6_addr), sizeof address.sin6_addr),
          .text = "[" + address_text(AF_INET6, &address.sin6_addr) + "]:" + std::to_string(ntohs(address.sin6_port))};
}

PeerAddress read_local(int fd) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
    return {.is_local = true, .bytes = {}, .text = "unix"};
  return {.is_local = true,
          .bytes = {},
          .text = "unix:" + std::to_string(credentials.pid) + "(uid " + std::to_string(credentials.uid) + ")"};
}

}  // namespace

PeerAddress read_peer_address(int fd, const sockaddr_storage& address) {
  switch (address.ss_family) {
    case AF_INET: {
      const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
      return read_v4(v4.sin_addr, v4.sin_port);
    }
    case AF_INET6:
      return read_v6(reinterpret_cast<const sockaddr_in6&>(address));
    default:
      return read_local(fd);
  }
}

}  // namespace howdah::io
