#include "daemon/io/address_lookup.h"

#include <netdb.h>

#include <algorithm>
#include <memory>

namespace howdah::io {

namespace {

int flags_of(LookUp kind) {
  switch (kind) {
    case LookUp::ToListen:
      return AI_PASSIVE;
    case LookUp::ToConnect:
      return 0;
    case LookUp::WithoutNames:
      return AI_NUMERICHOST;
  }
  return 0;
}

}  // namespace

std::expected<std::vector<SocketAddress>, std::string> look_up(const std::string& host, std::uint16_t port,
                                                               LookUp kind) {
  addrinfo hints{};
  hints.ai_flags = flags_of(kind) | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  const int error = getaddrinfo(host.empty() ? nullptr : host.c_str(), std::to_string(port).c_str(), &hints, &first);
  if (error != 0) return std::unexpected(gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> infos(first, &freeaddrinfo);
  std::vector<SocketAddress> addresses;
  for (const auto* info = infos.get(); info != nullptr; info = info->ai_next) {
    const SocketAddress found(*info->ai_addr, info->ai_addrlen);
    if (std::ranges::find(addresses, found) == addresses.end()) addresses.push_back(found);
  }
  return addresses;
}

}  // namespace howdah::io
