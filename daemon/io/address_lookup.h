// The addresses that a host and a port stand for. (getaddrinfo)
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "daemon/io/socket_address.h"

namespace howdah::io {

enum class LookUp {
  ToListen,      // no host: all addresses of this machine
  ToConnect,     // with a host
  WithoutNames,  // the same, and asks nobody: a name is an error. Does not block
};

// Of TCP, each once, never none. Blocks as name look-ups do. The error reads "Name or service not known".
[[nodiscard]] std::expected<std::vector<SocketAddress>, std::string> look_up(const std::string& host,
                                                                             std::uint16_t port, LookUp kind);

}  // namespace howdah::io
