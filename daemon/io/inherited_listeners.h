// Listening sockets that were there before howdah: systemd's, or those of a howdah that this one takes the place of.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "daemon/io/unique_fd.h"

namespace howdah::io {

class InheritedListeners {
 public:
  // Lent: who gave them goes on to hold them, so the paths of Unix sockets stay when we end; and all are served, since
  // clients connect to them anyway. Given: they are ours as if we had made them; one that `listen` does not name is
  // closed.
  enum class Kind { Lent, Given };

  struct Socket {
    UniqueFd fd;
    Kind kind = Kind::Given;
  };

  // The error names a descriptor that no client can connect to.
  [[nodiscard]] std::expected<void, std::string> add(std::vector<UniqueFd> sockets, Kind kind);

  // The one that listens at this address, which is no longer here then; or a closed one.
  [[nodiscard]] Socket take(const sockaddr& address);
  // Whether one of them, taken or not, listens at an IPv4 address by the way: [::]:6432 does at 0.0.0.0:6432 too,
  // unless it was made for IPv6 alone.
  [[nodiscard]] bool covers(const sockaddr& address) const;
  // Those that nobody has taken and that are to be served anyway. None is here any more.
  [[nodiscard]] std::vector<UniqueFd> take_rest();

 private:
  std::vector<Socket> sockets_;
  std::vector<std::uint16_t> ports_for_both_;  // network order
};

}  // namespace howdah::io
