// Where a connection comes from, kept in few bytes: each client has one as long as it is there, and its text is seldom
// asked for.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace howdah::io {

class PeerAddress {
 public:
  // A Unix socket of which nothing more is known.
  PeerAddress() = default;

  // Of a socket that accept(2) gave, whose address is `address`.
  [[nodiscard]] static PeerAddress read(int fd, const sockaddr_storage& address);

  // Of TCP: 4 or 16 bytes, network order.
  [[nodiscard]] static PeerAddress of(std::string_view address, std::uint16_t port);

  // A Unix socket.
  [[nodiscard]] bool is_local() const { return kind_ == Kind::Local || kind_ == Kind::Process; }
  // 4 or 16, network order; an IPv4 address in IPv6 clothes has 4; empty where local.
  [[nodiscard]] std::string bytes() const;
  // Of TCP; 0 where local.
  [[nodiscard]] std::uint16_t port() const { return port_; }
  // The same machine over TCP: 127.0.0.0/8 or ::1.
  [[nodiscard]] bool is_loopback() const;
  // "127.0.0.1" or "::1"; empty where local.
  [[nodiscard]] std::string host() const;
  // As whom the process at the other end of a Unix socket ran when it connected; nothing where that is not known.
  [[nodiscard]] std::optional<std::uint32_t> user_id() const;
  // "127.0.0.1:40000", "[::1]:40000" or "unix:1234(uid 1000)"; for logs and SHOW CLIENTS.
  [[nodiscard]] std::string text() const;

 private:
  enum class Kind : std::uint8_t { Local, Process, V4, V6 };
  struct Process {
    std::int32_t id;
    std::uint32_t user;
  };

  PeerAddress(Kind kind, const void* bytes, std::size_t size, std::uint16_t port = 0);
  [[nodiscard]] static PeerAddress read_local(int fd);
  [[nodiscard]] std::optional<Process> process() const;

  std::array<char, 16> bytes_{};  // of the address, or a Process
  std::uint16_t port_ = 0;
  Kind kind_ = Kind::Local;
};

// Of a connected socket: as PeerAddress::text tells it, or the path of a Unix socket; empty where it cannot be known.
[[nodiscard]] std::string name_of_own_end(int fd);

}  // namespace howdah::io
