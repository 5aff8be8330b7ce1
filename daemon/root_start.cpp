#include "daemon/root_start.h"

#include <netinet/in.h>

#include "config/listen_address.h"
#include "daemon/io/listener.h"
#include "daemon/os/privileges.h"

namespace howdah {

namespace {

std::expected<void, std::string> open_privileged(const config::Settings& settings, io::InheritedListeners& opened) {
  for (const auto& text : settings.listen) {
    const auto address = config::parse_listen_address(text);
    if (!address || address->is_local() || address->port == 0 || address->port >= IPPORT_RESERVED) continue;
    auto sockets = io::open_sockets(*address, opened, settings.client);
    if (!sockets) return std::unexpected(sockets.error());
    if (auto added = opened.add(std::move(*sockets), io::InheritedListeners::Kind::Given); !added) return added;
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
