// Listening sockets that were there before howdah: systemd's, or those of a howdah that this one takes the place of.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "daemon/io/socket_address.h"
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

  // One that is here already is not taken twice. The error names a descriptor that no client can connect to.
  [[nodiscard]] std::expected<void, std::string> add(std::vector<UniqueFd> sockets, Kind kind);

  // Whether one of them listens at this address, perhaps by the way: [::]:6432 does at 0.0.0.0:6432 too, unless it was
  // made for IPv6 alone.
  [[nodiscard]] bool have(const SocketAddress& address) const;
  // None is here any more.
  [[nodiscard]] std::vector<Socket> take_all();

 private:
  std::vector<Socket> sockets_;
};

}  // namespace howdah::io
