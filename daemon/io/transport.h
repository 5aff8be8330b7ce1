// How bytes get through a socket: as they are, or by TLS. Non-blocking; knows no loop.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "daemon/io/tls_facts.h"

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
  // The last `read` would block until the socket takes bytes.
  [[nodiscard]] virtual bool wants_to_write() const { return false; }
  // The peer sees an end of file behind what was written.
  virtual void end_output();
  // Nothing where the bytes are plain, or the handshake is not over.
  [[nodiscard]] virtual std::optional<TlsFacts> tls_facts() const { return std::nullopt; }
  // See Stream::tls_name.
  [[nodiscard]] virtual std::string tls_name() const { return {}; }
  // Why the last call was an Error, in a few words for the log; empty where nobody knows.
  [[nodiscard]] virtual std::string failure() const { return {}; }
  // Of the socket; for events only.
  [[nodiscard]] virtual int fd() const = 0;
};

}  // namespace howdah::io
