// The address of a socket, as the kernel has it: an IPv4 or IPv6 address with its port, or the path of a Unix socket.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace howdah::io {

// Of the path of a Unix socket.
inline constexpr std::size_t kMostPathBytes = 107;

class SocketAddress {
 public:
  // Of nothing.
  SocketAddress() = default;
  SocketAddress(const sockaddr& address, socklen_t size);
  // At most kMostPathBytes.
  [[nodiscard]] static SocketAddress of_path(const std::string& path);
  // Where a socket is bound.
  [[nodiscard]] static SocketAddress of_socket(int fd);

  [[nodiscard]] const sockaddr& get() const { return reinterpret_cast<const sockaddr&>(storage_); }
  [[nodiscard]] socklen_t size() const { return size_; }
  [[nodiscard]] int family() const { return storage_.ss_family; }
  [[nodiscard]] bool is_local() const { return family() == AF_UNIX; }
  // Host order; 0: any, or a Unix socket.
  [[nodiscard]] std::uint16_t port() const;
  // Of a Unix socket; else empty.
  [[nodiscard]] std::string path() const;
  // Every address of this machine.
  [[nodiscard]] bool is_wildcard() const;

  // Of the same family, address and port; or the same path.
  friend bool operator==(const SocketAddress& left, const SocketAddress& right);

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

}  // namespace howdah::io
