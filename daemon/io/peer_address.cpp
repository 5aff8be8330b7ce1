#include "daemon/io/peer_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>

namespace howdah::io {

namespace {

constexpr std::size_t kV4Bytes = sizeof(in_addr);
constexpr std::size_t kV6Bytes = sizeof(in6_addr);
constexpr std::size_t kV4InV6 = kV6Bytes - kV4Bytes;  // where an IPv4 address stands in one of IPv6

std::string address_text(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(family, address, text.data(), text.size());
  return text.data();
}

}  // namespace

PeerAddress::PeerAddress(Kind kind, const void* bytes, std::size_t size, std::uint16_t port)
    : port_(port), kind_(kind) {
  std::memcpy(bytes_.data(), bytes, size);
}

PeerAddress PeerAddress::read(int fd, const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return of({reinterpret_cast<const char*>(&v4.sin_addr), kV4Bytes}, ntohs(v4.sin_port));
  }
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    return of({reinterpret_cast<const char*>(&v6.sin6_addr), kV6Bytes}, ntohs(v6.sin6_port));
  }
  return read_local(fd);
}

PeerAddress PeerAddress::of(std::string_view address, std::uint16_t port) {
  if (address.size() == kV4Bytes) return {Kind::V4, address.data(), kV4Bytes, port};
  in6_addr v6{};
  std::memcpy(&v6, address.data(), kV6Bytes);
  if (IN6_IS_ADDR_V4MAPPED(&v6)) return {Kind::V4, address.data() + kV4InV6, kV4Bytes, port};
  return {Kind::V6, address.data(), kV6Bytes, port};
}

PeerAddress PeerAddress::read_local(int fd) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return {};
  const Process process{.id = credentials.pid, .user = credentials.uid};
  return {Kind::Process, &process, sizeof process};
}

std::string PeerAddress::bytes() const {
  switch (kind_) {
    case Kind::V4:
      return {bytes_.data(), kV4Bytes};
    case Kind::V6:
      return {bytes_.data(), kV6Bytes};
    case Kind::Local:
    case Kind::Process:
      break;
  }
  return {};
}

bool PeerAddress::is_loopback() const {
  constexpr char kLoopbackNet = 127;
  if (kind_ == Kind::V4) return bytes_.front() == kLoopbackNet;
  return kind_ == Kind::V6 && std::memcmp(bytes_.data(), &in6addr_loopback, kV6Bytes) == 0;
}

std::string PeerAddress::host() const {
  switch (kind_) {
    case Kind::V4:
      return address_text(AF_INET, bytes_.data());
    case Kind::V6:
      return address_text(AF_INET6, bytes_.data());
    case Kind::Local:
    case Kind::Process:
      break;
  }
  return {};
}

std::optional<PeerAddress::Process> PeerAddress::process() const {
  if (kind_ != Kind::Process) return std::nullopt;
  Process process{};
  std::memcpy(&process, bytes_.data(), sizeof process);
  return process;
}

std::optional<std::uint32_t> PeerAddress::user_id() const {
  const auto known = process();
  return known ? std::optional(known->user) : std::nullopt;
}

std::string PeerAddress::text() const {
  if (kind_ == Kind::V4) return host() + ":" + std::to_string(port_);
  if (kind_ == Kind::V6) return "[" + host() + "]:" + std::to_string(port_);
  const auto known = process();
  if (!known) return "unix";
  return "unix:" + std::to_string(known->id) + "(uid " + std::to_string(known->user) + ")";
}

std::string name_of_own_end(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  if (address.ss_family != AF_UNIX) return PeerAddress::read(fd, address).text();
  const auto* path = reinterpret_cast<const sockaddr_un&>(address).sun_path;
  return size > offsetof(sockaddr_un, sun_path) ? path : "unix";
}

}  // namespace howdah::io
