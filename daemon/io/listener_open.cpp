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

bool is_answered(const sockaddr_un& address) {
  const UniqueFd probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

sockaddr_un local_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

std::expected<UniqueFd, std::string> open_local(const std::string& path, const std::string& name) {
  const auto address = local_address(path);
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

ListenerPointer make_listener(UniqueFd fd, std::string path, std::string name,
                              const Listener::Environment& environment) {
  return std::make_unique<Listener>(std::move(fd), std::move(path), std::move(name), environment.worker,
                                    environment.log, environment.handler);
}

std::expected<ListenerPointer, std::string> open_local(const config::ListenAddress& address,
                                                       InheritedListeners& inherited,
                                                       const Listener::Environment& environment) {
  const auto path = address.socket_path();
  const auto own_address = local_address(path);
  auto [fd, kind] = inherited.take(reinterpret_cast<const sockaddr&>(own_address));
  if (!fd.is_open()) {
    auto opened = open_local(path, address.text());
    if (!opened) return Failure(opened.error());
    fd = std::move(*opened);
  }
  const bool is_ours = kind == InheritedListeners::Kind::Given;
  return make_listener(std::move(fd), is_ours ? path : "", address.text(), environment);
}

// Closed, and no error: an inherited socket for both families is there for this address.
std::expected<UniqueFd, std::string> open_tcp(const addrinfo& info, InheritedListeners& inherited,
                                              const config::ClientSettings& settings, const std::string& name) {
  auto fd = inherited.take(*info.ai_addr).fd;
  if (fd.is_open()) set_client_options(fd.get(), settings);
  if (fd.is_open() || inherited.covers(*info.ai_addr)) return fd;
  return open_tcp(info, settings, name);
}

}  // namespace

std::expected<std::vector<UniqueFd>, std::string> open_sockets(const config::ListenAddress& address,
                                                               InheritedListeners& inherited,
                                                               const config::ClientSettings& settings) {
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  const auto port = std::to_string(address.port);
  const int error = getaddrinfo(address.host.empty() ? nullptr : address.host.c_str(), port.c_str(), &hints, &first);
  if (error != 0) return Failure("listen " + address.text() + ": " + gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> infos(first, &freeaddrinfo);
  std::vector<UniqueFd> sockets;
  std::string why;
  for (const auto* info = infos.get(); info != nullptr; info = info->ai_next) {
    auto fd = open_tcp(*info, inherited, settings, address.text());
    if (fd && fd->is_open()) {
      sockets.push_back(std::move(*fd));
    } else if (!fd && errno != EAFNOSUPPORT) {  // a kernel without IPv6 listens on IPv4
      return Failure(fd.error());
    } else if (!fd) {
      why = fd.error();
    }
  }
  if (sockets.empty() && !why.empty()) return Failure(why);
  return sockets;
}

std::expected<std::vector<ListenerPointer>, std::string> Listener::open(const config::ListenAddress& address,
                                                                        InheritedListeners& inherited,
                                                                        const Environment& environment) {
  std::vector<ListenerPointer> listeners;
  if (address.is_local()) {
    auto listener = open_local(address, inherited, environment);
    if (!listener) return Failure(listener.error());
    listeners.push_back(std::move(*listener));
    return listeners;
  }
  auto sockets = open_sockets(address, inherited, environment.settings);
  if (!sockets) return Failure(sockets.error());
  for (auto& socket : *sockets) {
    auto name = name_of_own_end(socket.get());
    listeners.push_back(make_listener(std::move(socket), "", std::move(name), environment));
  }
  return listeners;
}

std::vector<ListenerPointer> Listener::take_rest(InheritedListeners& inherited, const Environment& environment) {
  std::vector<ListenerPointer> listeners;
  for (auto& fd : inherited.take_rest()) {
    auto name = name_of_own_end(fd.get());
    if (name.starts_with('/')) {
      name.insert(0, "unix:");
    } else {
      set_client_options(fd.get(), environment.settings);
    }
    listeners.push_back(make_listener(std::move(fd), "", std::move(name), environment));
  }
  return listeners;
}

}  // namespace howdah::io
