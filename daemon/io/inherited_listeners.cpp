#include "daemon/io/inherited_listeners.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

namespace howdah::io {

namespace {

int option_of(int fd, int level, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  return getsockopt(fd, level, name, &value, &size) == 0 ? value : -1;
}

bool takes_clients(int fd) {
  const int family = option_of(fd, SOL_SOCKET, SO_DOMAIN);
  return option_of(fd, SOL_SOCKET, SO_ACCEPTCONN) == 1 && option_of(fd, SOL_SOCKET, SO_TYPE) == SOCK_STREAM &&
         (family == AF_INET || family == AF_INET6 || family == AF_UNIX);
}

sockaddr_storage own_address(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return address;
}

const sockaddr_in& as_v4(const sockaddr& address) {
  return reinterpret_cast<const sockaddr_in&>(address);
}
const sockaddr_in6& as_v6(const sockaddr& address) {
  return reinterpret_cast<const sockaddr_in6&>(address);
}

bool is_same(const sockaddr& left, const sockaddr& right) {
  if (left.sa_family != right.sa_family) return false;
  if (left.sa_family == AF_INET) {
    return as_v4(left).sin_port == as_v4(right).sin_port && as_v4(left).sin_addr.s_addr == as_v4(right).sin_addr.s_addr;
  }
  if (left.sa_family == AF_INET6) {
    return as_v6(left).sin6_port == as_v6(right).sin6_port &&
           std::memcmp(&as_v6(left).sin6_addr, &as_v6(right).sin6_addr, sizeof(in6_addr)) == 0;
  }
  const auto path = [](const sockaddr& address) {
    return std::string_view(reinterpret_cast<const sockaddr_un&>(address).sun_path);
  };
  return path(left) == path(right);
}

// [::] without IPV6_V6ONLY. Its port, in network order.
std::optional<std::uint16_t> port_for_both(int fd) {
  const auto address = own_address(fd);
  const auto& v6 = as_v6(reinterpret_cast<const sockaddr&>(address));
  if (address.ss_family != AF_INET6 || option_of(fd, IPPROTO_IPV6, IPV6_V6ONLY) != 0) return std::nullopt;
  if (std::memcmp(&v6.sin6_addr, &in6addr_any, sizeof in6addr_any) != 0) return std::nullopt;
  return v6.sin6_port;
}

}  // namespace

std::expected<void, std::string> InheritedListeners::add(std::vector<UniqueFd> sockets, Kind kind) {
  for (auto& socket : sockets) {
    const int fd = socket.get();
    if (!takes_clients(fd)) {
      return std::unexpected("descriptor " + std::to_string(fd) +
                             ", which was passed at the start, is not a listening stream socket");
    }
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    if (const auto port = port_for_both(fd)) ports_for_both_.push_back(*port);
    sockets_.push_back({.fd = std::move(socket), .kind = kind});
  }
  return {};
}

InheritedListeners::Socket InheritedListeners::take(const sockaddr& address) {
  const auto found = std::ranges::find_if(sockets_, [&](const Socket& socket) {
    const auto own = own_address(socket.fd.get());
    return is_same(reinterpret_cast<const sockaddr&>(own), address);
  });
  if (found == sockets_.end()) return {};
  auto taken = std::move(*found);
  sockets_.erase(found);
  return taken;
}

bool InheritedListeners::covers(const sockaddr& address) const {
  return address.sa_family == AF_INET &&
         std::ranges::find(ports_for_both_, as_v4(address).sin_port) != ports_for_both_.end();
}

std::vector<UniqueFd> InheritedListeners::take_rest() {
  std::vector<UniqueFd> rest;
  for (auto& socket : std::exchange(sockets_, {})) {
    if (socket.kind == Kind::Lent) rest.push_back(std::move(socket.fd));
  }
  return rest;
}

}  // namespace howdah::io
