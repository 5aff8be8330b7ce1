#include "daemon/io/socket_address.h"

#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace howdah::io {

namespace {

const sockaddr_in& as_v4(const sockaddr& address) {
  return reinterpret_cast<const sockaddr_in&>(address);
}
const sockaddr_in6& as_v6(const sockaddr& address) {
  return reinterpret_cast<const sockaddr_in6&>(address);
}

// Without the port.
std::string_view bytes_of(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    return {reinterpret_cast<const char*>(&as_v4(address).sin_addr), sizeof(in_addr)};
  }
  if (address.sa_family == AF_INET6) {
    return {reinterpret_cast<const char*>(&as_v6(address).sin6_addr), sizeof(in6_addr)};
  }
  return {};
}

}  // namespace

SocketAddress::SocketAddress(const sockaddr& address, socklen_t size)
    : size_(std::min(size, static_cast<socklen_t>(sizeof storage_))) {
  std::memcpy(&storage_, &address, size_);
}

SocketAddress SocketAddress::of_path(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), std::min(path.size(), sizeof address.sun_path - 1));
  return {reinterpret_cast<const sockaddr&>(address), sizeof address};
}

SocketAddress SocketAddress::of_socket(int fd) {
  SocketAddress own;
  socklen_t size = sizeof own.storage_;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&own.storage_), &size) == 0) own.size_ = size;
  return own;
}

std::uint16_t SocketAddress::port() const {
  if (family() == AF_INET) return ntohs(as_v4(get()).sin_port);
  if (family() == AF_INET6) return ntohs(as_v6(get()).sin6_port);
  return 0;
}

std::string SocketAddress::path() const {
  if (!is_local()) return {};
  return reinterpret_cast<const sockaddr_un&>(storage_).sun_path;
}

bool SocketAddress::is_wildcard() const {
  const auto bytes = bytes_of(get());
  return !bytes.empty() && std::ranges::all_of(bytes, [](char byte) { return byte == 0; });
}

bool operator==(const SocketAddress& left, const SocketAddress& right) {
  if (left.family() != right.family() || left.port() != right.port()) return false;
  return bytes_of(left.get()) == bytes_of(right.get()) && left.path() == right.path();
}

}  // namespace howdah::io
