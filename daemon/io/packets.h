// Whole messages, each with at most one descriptor, from one process of this machine to another: parts of them over a
// Unix socket of the type SOCK_SEQPACKET. (man 7 unix: SCM_RIGHTS, SO_PEERCRED)
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/io/unique_fd.h"

namespace howdah::io {

inline constexpr std::size_t kMostPartBytes = 32UL * 1024;
inline constexpr std::size_t kMostMessageBytes = 256UL * 1024 * 1024;

// Sends from `done` on what fits into one part; the descriptor, -1: none, goes with the first one. How many bytes of
// the message have gone in all; nothing where it could not be sent (errno).
[[nodiscard]] std::optional<std::size_t> send_part(int socket, std::string_view message, std::size_t done,
                                                   int descriptor);

// Puts parts together again.
class PacketReader {
 public:
  struct Packet {
    std::string message;
    UniqueFd fd;  // closed where none came, or this process had no room for it
  };
  enum class Outcome { Whole, Part, WouldBlock, End };

  // Reads one part. Whole: take() has a message. End: of the connection, or the other side has broken a rule.
  [[nodiscard]] Outcome read(int socket);
  [[nodiscard]] Packet take();

 private:
  Packet packet_;
};

struct OtherEnd {
  pid_t process;
  uid_t user;  // as whom it runs
};
// Who connected, or began to listen; nothing where that is not known.
[[nodiscard]] std::optional<OtherEnd> other_end(int socket);

}  // namespace howdah::io
