#include "daemon/io/listening_socket.h"

#include <netinet/in.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "daemon/io/address_lookup.h"
#include "daemon/io/peer_address.h"
#include "daemon/io/socket_options.h"

namespace howdah::io {

namespace {

using Made = std::expected<ListeningSocket, SocketError>;

constexpr int kBacklog = 4096;  // the kernel takes what it allows
constexpr mode_t kEverybody = 0777;

std::unexpected<SocketError> failure(const char* step) {
  return std::unexpected(SocketError{.step = step, .code = errno});
}

// A full queue of clients is an answer, too.
bool is_answered(const SocketAddress& address) {
  const UniqueFd probe(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  return connect(probe.get(), &address.get(), address.size()) == 0 || errno == EAGAIN;
}

Made bind_local(UniqueFd fd, const SocketAddress& address) {
  const auto path = address.path();
  if (is_answered(address)) {
    errno = EADDRINUSE;
    return failure("bind");
  }
  unlink(path.c_str());  // left behind by a daemon that is no more
  if (bind(fd.get(), &address.get(), address.size()) != 0) return failure("bind");
  SocketFile file(path);
  if (chmod(path.c_str(), kEverybody) != 0) return failure("chmod");
  return ListeningSocket{.fd = std::move(fd), .file = std::move(file), .asked = address, .name = "unix:" + path};
}

Made bind_tcp(UniqueFd fd, const SocketAddress& address, const config::ClientSettings& settings, PortSharing sharing) {
  const int on = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.family() == AF_INET6) setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  set_sharing(fd.get(), sharing);
  set_client_options(fd.get(), settings);
  if (bind(fd.get(), &address.get(), address.size()) != 0) return failure("bind");
  auto name = name_of_own_end(fd.get());
  return ListeningSocket{.fd = std::move(fd), .file = {}, .asked = address, .name = std::move(name)};
}

}  // namespace

std::expected<ListenPlace, std::string> find_place(const config::ListenAddress& address) {
  ListenPlace place{.text = address.text(), .addresses = {}};
  if (address.is_local()) {
    place.addresses.push_back(SocketAddress::of_path(address.socket_path()));
    return place;
  }
  auto found = look_up(address.host, address.port, LookUp::ToListen);
  if (!found) return std::unexpected("listen " + place.text + ": " + found.error());
  place.addresses = *std::move(found);
  return place;
}

std::expected<std::vector<ListenPlace>, std::string> find_places(const std::vector<std::string>& listen) {
  std::vector<ListenPlace> places;
  for (const auto& text : listen) {
    const auto address = config::parse_listen_address(text);
    if (!address) return std::unexpected("listen " + text + ": " + address.error());
    auto place = find_place(*address);
    if (!place) return std::unexpected(place.error());
    places.push_back(std::move(*place));
  }
  return places;
}

SocketFile::~SocketFile() {
  if (!path_.empty()) unlink(path_.c_str());
}

bool listens_at(int fd, const SocketAddress& address) {
  const auto own = SocketAddress::of_socket(fd);
  if (own == address) return true;
  int only_v6 = 1;
  socklen_t size = sizeof only_v6;
  return address.family() == AF_INET && own.family() == AF_INET6 && own.is_wildcard() && own.port() == address.port() &&
         getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, &size) == 0 && only_v6 == 0;
}

ListeningSocket adopt_socket(UniqueFd fd, bool is_lent, const config::ClientSettings& settings) {
  const auto own = SocketAddress::of_socket(fd.get());
  const auto name = name_of_own_end(fd.get());
  if (!own.is_local()) set_client_options(fd.get(), settings);
  SocketFile file(own.is_local() && !is_lent ? own.path() : "");
  return {.fd = std::move(fd),
          .file = std::move(file),
          .asked = own,
          .is_lent = is_lent,
          .name = own.is_local() ? "unix:" + name : name};
}

std::string SocketError::text() const {
  return std::string(step) + ": " + std::strerror(code);
}

void set_sharing(int fd, PortSharing sharing) {
  const int value = sharing == PortSharing::Yes ? 1 : 0;
  setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &value, sizeof value);
}

Made bind_socket(const SocketAddress& address, const config::ClientSettings& settings, PortSharing sharing) {
  UniqueFd fd(socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.is_open()) return failure("socket");
  if (address.is_local()) return bind_local(std::move(fd), address);
  return bind_tcp(std::move(fd), address, settings, sharing);
}

std::expected<void, SocketError> begin_listening(const ListeningSocket& socket) {
  if (listen(socket.fd.get(), kBacklog) != 0) return failure("listen");
  return {};
}

}  // namespace howdah::io
