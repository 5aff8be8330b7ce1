#include "daemon/cancel/peer_places.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>
#include <system_error>

namespace howdah::cancel {

namespace {

std::string error_text(std::string_view what) {
  return std::string(what) + ": " + std::generic_category().message(errno);
}

// Paths of the configuration fit.
PeerPlace local_place(const std::string& path) {
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  std::strncpy(local.sun_path, path.c_str(), sizeof local.sun_path - 1);
  PeerPlace place{.size = sizeof local};
  std::memcpy(&place.address, &local, sizeof local);
  return place;
}

std::expected<std::vector<PeerPlace>, std::string> ask(const config::ListenAddress& address, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* first = nullptr;
  const int error = getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &first);
  if (error != 0) return std::unexpected("could not look up \"" + address.host + "\": " + gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> infos(first, &freeaddrinfo);
  std::vector<PeerPlace> places;
  for (const auto* info = infos.get(); info != nullptr; info = info->ai_next) {
    auto& place = places.emplace_back(PeerPlace{.size = info->ai_addrlen});
    std::memcpy(&place.address, info->ai_addr, info->ai_addrlen);
  }
  return places;
}

}  // namespace

std::optional<std::vector<PeerPlace>> places_at_once(const config::ListenAddress& address) {
  if (address.is_local()) return std::vector{local_place(address.socket_path())};
  const auto places = ask(address, AI_NUMERICHOST);
  return places ? std::optional(*places) : std::nullopt;
}

std::expected<std::vector<PeerPlace>, std::string> look_up_places(const config::ListenAddress& address) {
  return ask(address, 0);
}

std::expected<io::UniqueFd, std::string> connect_to(const PeerPlace& place) {
  io::UniqueFd fd(socket(place.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.is_open()) return std::unexpected(error_text("socket"));
  const int on = 1;
  if (place.address.ss_family != AF_UNIX) setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const int status = connect(fd.get(), reinterpret_cast<const sockaddr*>(&place.address), place.size);
  if (status != 0 && errno != EINPROGRESS) return std::unexpected(error_text("connect"));
  return fd;
}

}  // namespace howdah::cancel
