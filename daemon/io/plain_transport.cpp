#include "daemon/io/plain_transport.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace howdah::io {

namespace {

using Kind = TransportResult::Kind;

TransportResult failure() {
  const bool is_passing = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  return {.kind = is_passing ? Kind::WouldBlock : Kind::Error, .count = 0};
}

}  // namespace

TransportResult read_plain(int fd, std::span<char> into) {
  const auto count = recv(fd, into.data(), into.size(), 0);
  if (count < 0) return failure();
  if (count == 0) return {.kind = Kind::EndOfFile, .count = 0};
  return {.kind = Kind::Bytes, .count = static_cast<std::size_t>(count)};
}

// By the calls that are for sockets only: the kernel has less to look at.
TransportResult write_plain(int fd, std::span<iovec> ranges) {
  msghdr message{};
  message.msg_iov = ranges.data();
  message.msg_iovlen = std::min<std::size_t>(ranges.size(), IOV_MAX);
  const auto count = ranges.size() == 1 ? send(fd, ranges.front().iov_base, ranges.front().iov_len, MSG_NOSIGNAL)
                                        : sendmsg(fd, &message, MSG_NOSIGNAL);
  if (count < 0) return failure();
  return {.kind = Kind::Bytes, .count = static_cast<std::size_t>(count)};
}

TransportResult PlainTransport::read(std::span<char> into) {
  return read_plain(fd_.get(), into);
}

TransportResult PlainTransport::write(std::span<iovec> ranges) {
  return write_plain(fd_.get(), ranges);
}

}  // namespace howdah::io
