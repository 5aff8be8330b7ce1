// How bytes get through a socket: as they are, or by TLS. Non-blocking; knows no loop.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <span>

namespace howdah::io {

struct TransportResult {
  enum class Kind {
    Bytes,       // `count` of them went through
    WouldBlock,  // nothing went; try again when the socket is ready in the direction asked for
    EndOfFile,
    Error,
  };
  Kind kind = Kind::WouldBlock;
  std::size_t count = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;

  [[nodiscard]] virtual TransportResult read(std::span<char> into) = 0;
  // May take less than all.
  [[nodiscard]] virtual TransportResult write(std::span<iovec> ranges) = 0;
  // Bytes have been read from the socket that `read` has not given yet: no event will tell of them.
  [[nodiscard]] virtual bool has_buffered_input() const = 0;
  // Of the socket; for events only.
  [[nodiscard]] virtual int fd() const = 0;
};

}  // namespace howdah::io
