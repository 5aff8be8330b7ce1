#include "daemon/root_start.h"

#include <netinet/in.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "config/listen_address.h"
#include "daemon/io/listening_socket.h"
#include "daemon/os/privileges.h"

namespace howdah {

namespace {

std::expected<void, std::string> open_place(const io::ListenPlace& place, const config::ClientSettings& settings,
                                            io::InheritedListeners& opened) {
  std::vector<io::UniqueFd> sockets;
  for (const auto& address : place.addresses) {
    if (opened.have(address)) continue;
    auto socket = io::bind_socket(address, settings);
    auto listening = socket ? io::begin_listening(*socket) : std::unexpected(socket.error());
    if (!listening && listening.error().code == EAFNOSUPPORT) continue;  // told where nothing else listens
    if (!listening) return std::unexpected("listen " + place.text + ": " + listening.error().text());
    sockets.push_back(std::move(socket->fd));
  }
  return opened.add(std::move(sockets), io::InheritedListeners::Kind::Given);
}

std::expected<void, std::string> open_privileged(const config::Settings& settings, io::InheritedListeners& opened) {
  for (const auto& text : settings.listen) {
    const auto address = config::parse_listen_address(text);
    if (!address || address->is_local() || address->port == 0 || address->port >= IPPORT_RESERVED) continue;
    const auto place = io::find_place(*address);
    if (!place) return std::unexpected(place.error());
    if (auto done = open_place(*place, settings.client, opened); !done) return done;
  }
  return {};
}

}  // namespace

std::expected<void, std::string> leave_root(const std::string& user, const config::Settings& settings,
                                            io::InheritedListeners& opened) {
  if (user == "root") return {};
  if (user.empty()) {
    return std::unexpected(
        "howdah does not serve as root: say as whom it is to run, with the option `user` or with --user (root, where "
        "that is really wanted)");
  }
  if (auto done = open_privileged(settings, opened); !done) return done;
  auto became = os::become_user(user);
  if (!became) return std::unexpected("user " + user + ": " + became.error());
  return {};
}

}  // namespace howdah
