#include "daemon/cancel/peer_places.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <string_view>
#include <system_error>

#include "daemon/io/address_lookup.h"

namespace howdah::cancel {

using io::SocketAddress;

namespace {

std::string error_text(std::string_view what) {
  return std::string(what) + ": " + std::generic_category().message(errno);
}

}  // namespace

std::optional<std::vector<SocketAddress>> places_at_once(const config::ListenAddress& address) {
  if (address.is_local()) return std::vector{SocketAddress::of_path(address.socket_path())};
  const auto places = io::look_up(address.host, address.port, io::LookUp::WithoutNames);
  return places ? std::optional(*places) : std::nullopt;
}

std::expected<std::vector<SocketAddress>, std::string> look_up_places(const config::ListenAddress& address) {
  auto places = io::look_up(address.host, address.port, io::LookUp::ToConnect);
  if (!places) return std::unexpected("could not look up \"" + address.host + "\": " + places.error());
  return places;
}

std::expected<io::UniqueFd, std::string> connect_to(const SocketAddress& place) {
  io::UniqueFd fd(socket(place.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.is_open()) return std::unexpected(error_text("socket"));
  const int on = 1;
  if (!place.is_local()) setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const int status = connect(fd.get(), &place.get(), place.size());
  if (status != 0 && errno != EINPROGRESS) return std::unexpected(error_text("connect"));
  return fd;
}

}  // namespace howdah::cancel
