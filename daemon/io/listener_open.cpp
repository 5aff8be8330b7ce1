// Making the sockets of a listening address.
#include <netdb.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "daemon/io/listener.h"
#include "daemon/io/socket_options.h"

namespace howdah::io {

namespace {

using ListenerPointer = std::unique_ptr<Listener>;
using Failure = std::unexpected<std::string>;

constexpr int kBacklog = 4096;  // the kernel takes what it allows
constexpr mode_t kEverybody = 0777;

Failure failure(const std::string& name, const char* step) {
  return Failure("listen " + name + ": " + step + ": " + std::strerror(errno));
}

std::string name_of(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return PeerAddress::read(fd, address).text();
}

bool is_answered(const sockaddr_un& address) {
  const UniqueFd probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

std::expected<UniqueFd, std::string> open_local(const std::string& path, const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.is_open()) return failure(name, "socket");
  if (is_answered(address)) {
    errno = EADDRINUSE;
    return failure(name, "bind");
  }
  unlink(path.c_str());  // left behind by a daemon that is no more
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return failure(name, "bind");
  if (chmod(path.c_str(), kEverybody) != 0) return failure(name, "chmod");
  if (listen(fd.get(), kBacklog) != 0) return failure(name, "listen");
  return fd;
}

std::expected<UniqueFd, std::string> open_tcp(const addrinfo& info, const config::ClientSettings& settings,
                                              const std::string& name) {
  UniqueFd fd(socket(info.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.is_open()) return failure(name, "socket");
  const int on = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (info.ai_family == AF_INET6) setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  set_client_options(fd.get(), settings);
  if (bind(fd.get(), info.ai_addr, info.ai_addrlen) != 0) return failure(name, "bind");
  if (listen(fd.get(), kBacklog) != 0) return failure(name, "listen");
  return fd;
}

}  // namespace

std::expected<std::vector<ListenerPointer>, std::string> Listener::open(const config::ListenAddress& address,
                                                                        const config::ClientSettings& settings,
                                                                        worker::Worker& worker, os::Log& log,
                                                                        AcceptHandler& handler) {
  std::vector<ListenerPointer> listeners;
  if (address.is_local()) {
    auto fd = open_local(address.socket_path(), address.text());
    if (!fd) return Failure(fd.error());
    listeners.push_back(
        std::make_unique<Listener>(std::move(*fd), address.socket_path(), address.text(), worker, log, handler));
    return listeners;
  }
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  const auto port = std::to_string(address.port);
  const int error = getaddrinfo(address.host.empty() ? nullptr : address.host.c_str(), port.c_str(), &hints, &first);
  if (error != 0) return Failure("listen " + address.text() + ": " + gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> infos(first, &freeaddrinfo);
  std::string why;
  for (const auto* info = infos.get(); info != nullptr; info = info->ai_next) {
    auto fd = open_tcp(*info, settings, address.text());
    if (fd) {
      auto name = name_of(fd->get());
      listeners.push_back(std::make_unique<Listener>(std::move(*fd), "", std::move(name), worker, log, handler));
    } else if (errno != EAFNOSUPPORT) {  // a kernel without IPv6 listens on IPv4
      return Failure(fd.error());
    } else {
      why = fd.error();
    }
  }
  if (listeners.empty()) return Failure(why);
  return listeners;
}

}  // namespace howdah::io
