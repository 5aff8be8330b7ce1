#include "daemon/io/socket_options.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>

#include "daemon/io/unique_fd.h"

namespace howdah::io {

namespace {

void set(int fd, int level, int option, int value) {
  setsockopt(fd, level, option, &value, sizeof value);
}

int value_of(int fd, int level, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  getsockopt(fd, level, option, &value, &size);
  return value;
}

std::int64_t whole_seconds(config::Milliseconds time) {
  return std::chrono::ceil<std::chrono::seconds>(time).count();
}

// Zero stands for the system's value.
struct Number {
  int option;
  std::int64_t value;
};

std::array<Number, 4> numbers_of(const config::ClientSettings& settings) {
  return {{{TCP_KEEPIDLE, whole_seconds(settings.tcp_keepalives_idle)},
           {TCP_KEEPINTVL, whole_seconds(settings.tcp_keepalives_interval)},
           {TCP_KEEPCNT, settings.tcp_keepalives_count},
           {TCP_USER_TIMEOUT, settings.tcp_user_timeout.count()}}};
}

// The kernel doubles what it is told, and then leaves the size as it is, until the lock is taken off.
void return_buffers_to_system(int fd, int untouched_fd) {
  for (const int option : {SO_SNDBUF, SO_RCVBUF}) {
    set(fd, SOL_SOCKET, option, value_of(untouched_fd, SOL_SOCKET, option) / 2);
  }
#ifdef SO_BUF_LOCK
  set(fd, SOL_SOCKET, SO_BUF_LOCK, 0);
#endif
}

}  // namespace

void set_client_options(int listening_fd, const config::ClientSettings& settings) {
  set(listening_fd, IPPROTO_TCP, TCP_NODELAY, settings.tcp_nodelay ? 1 : 0);
  set(listening_fd, SOL_SOCKET, SO_KEEPALIVE, settings.tcp_keepalive ? 1 : 0);
  for (const auto& [option, value] : numbers_of(settings)) {
    if (value > 0) set(listening_fd, IPPROTO_TCP, option, static_cast<int>(value));
  }
  set_socket_buffer(listening_fd, settings.tcp_socket_buffer);
}

void change_client_options(int listening_fd, const config::ClientSettings& before, const config::ClientSettings& now) {
  set_client_options(listening_fd, now);
  const UniqueFd untouched(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!untouched.is_open()) return;
  const auto old_numbers = numbers_of(before);
  const auto numbers = numbers_of(now);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const int option = numbers[i].option;
    if (numbers[i].value > 0 || old_numbers[i].value == 0) continue;
    set(listening_fd, IPPROTO_TCP, option, value_of(untouched.get(), IPPROTO_TCP, option));
  }
  if (now.tcp_socket_buffer == 0 && before.tcp_socket_buffer > 0) {
    return_buffers_to_system(listening_fd, untouched.get());
  }
}

void set_socket_buffer(int fd, std::int64_t bytes) {
  if (bytes <= 0) return;
  set(fd, SOL_SOCKET, SO_SNDBUF, static_cast<int>(bytes));
  set(fd, SOL_SOCKET, SO_RCVBUF, static_cast<int>(bytes));
}

}  // namespace howdah::io
