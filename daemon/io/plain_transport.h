// Bytes as they are: one recv(2), send(2) or sendmsg(2) a call. A peer that is gone is an error, never a signal.
#pragma once

#include "daemon/io/transport.h"
#include "daemon/io/unique_fd.h"

namespace howdah::io {

class PlainTransport final : public Transport {
 public:
  // A connected, non-blocking socket.
  explicit PlainTransport(UniqueFd fd) : fd_(std::move(fd)) {}

  [[nodiscard]] TransportResult read(std::span<char> into) override;
  [[nodiscard]] TransportResult write(std::span<iovec> ranges) override;
  [[nodiscard]] bool has_buffered_input() const override { return false; }
  [[nodiscard]] int fd() const override { return fd_.get(); }
  [[nodiscard]] UniqueFd release_fd() { return std::move(fd_); }

 private:
  UniqueFd fd_;
};

// The same on a descriptor that somebody else owns and closes.
[[nodiscard]] TransportResult read_plain(int fd, std::span<char> into);
[[nodiscard]] TransportResult write_plain(int fd, std::span<iovec> ranges);

}  // namespace howdah::io
