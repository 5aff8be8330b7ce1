#include "daemon/io/socket_options.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace howdah::io {

namespace {

void set(int fd, int level, int option, int value) {
  setsockopt(fd, level, option, &value, sizeof value);
}

// Zero stands for the system's value.
void set_unless_zero(int fd, int option, std::int64_t value) {
  if (value > 0) set(fd, IPPROTO_TCP, option, static_cast<int>(value));
}

std::int64_t whole_seconds(config::Milliseconds time) {
  return std::chrono::ceil<std::chrono::seconds>(time).count();
}

}  // namespace

void set_client_options(int listening_fd, const config::ClientSettings& settings) {
  set(listening_fd, IPPROTO_TCP, TCP_NODELAY, settings.tcp_nodelay ? 1 : 0);
  set(listening_fd, SOL_SOCKET, SO_KEEPALIVE, settings.tcp_keepalive ? 1 : 0);
  set_unless_zero(listening_fd, TCP_KEEPIDLE, whole_seconds(settings.tcp_keepalives_idle));
  set_unless_zero(listening_fd, TCP_KEEPINTVL, whole_seconds(settings.tcp_keepalives_interval));
  set_unless_zero(listening_fd, TCP_KEEPCNT, settings.tcp_keepalives_count);
  set_unless_zero(listening_fd, TCP_USER_TIMEOUT, settings.tcp_user_timeout.count());
  set_socket_buffer(listening_fd, settings.tcp_socket_buffer);
}

void set_socket_buffer(int fd, std::int64_t bytes) {
  if (bytes <= 0) return;
  set(fd, SOL_SOCKET, SO_SNDBUF, static_cast<int>(bytes));
  set(fd, SOL_SOCKET, SO_RCVBUF, static_cast<int>(bytes));
}

}  // namespace howdah::io
