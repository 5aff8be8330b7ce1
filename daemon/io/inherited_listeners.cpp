#include "daemon/io/inherited_listeners.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "daemon/io/listening_socket.h"

namespace howdah::io {

namespace {

int option_of(int fd, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  return getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

bool takes_clients(int fd) {
  const int family = option_of(fd, SO_DOMAIN);
  return option_of(fd, SO_ACCEPTCONN) == 1 && option_of(fd, SO_TYPE) == SOCK_STREAM &&
         (family == AF_INET || family == AF_INET6 || family == AF_UNIX);
}

// By whatever descriptor.
bool is_same_socket(int left, int right) {
  struct stat one{};
  struct stat other{};
  return fstat(left, &one) == 0 && fstat(right, &other) == 0 && one.st_dev == other.st_dev &&
         one.st_ino == other.st_ino;
}

}  // namespace

std::expected<void, std::string> InheritedListeners::add(std::vector<UniqueFd> sockets, Kind kind) {
  for (auto& socket : sockets) {
    const int fd = socket.get();
    if (!takes_clients(fd)) {
      return std::unexpected("descriptor " + std::to_string(fd) +
                             ", which was passed at the start, is not a listening stream socket");
    }
    if (std::ranges::any_of(sockets_, [&](const Socket& other) { return is_same_socket(other.fd.get(), fd); }))
      continue;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    sockets_.push_back({.fd = std::move(socket), .kind = kind});
  }
  return {};
}

bool InheritedListeners::have(const SocketAddress& address) const {
  return std::ranges::any_of(sockets_, [&](const Socket& socket) { return listens_at(socket.fd.get(), address); });
}

std::vector<InheritedListeners::Socket> InheritedListeners::take_all() {
  return std::exchange(sockets_, {});
}

}  // namespace howdah::io
