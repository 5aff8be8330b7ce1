// Small wrappers of socket calls for the programs of this folder: what fails ends the program.
#pragma once

#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace bench {

[[noreturn]] inline void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

// Adds a descriptor to an epoll, or changes what it is watched for. `owner` comes back with its events.
inline void watch(int epoll, int fd, std::uint32_t what, void* owner, int how) {
  epoll_event event{};
  event.events = what;
  event.data.ptr = owner;
  if (epoll_ctl(epoll, how, fd, &event) != 0) fail("epoll_ctl");
}

inline sockaddr_un unix_address(std::string_view path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  return address;
}

template <typename Address>
int listen_at(const Address& address) {
  const int listener = socket(reinterpret_cast<const sockaddr&>(address).sa_family, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) fail("bind");
  if (listen(listener, SOMAXCONN) != 0) fail("listen");
  return listener;
}

// On 127.0.0.1.
inline int listen_on_port(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return listen_at(address);
}

}  // namespace bench
