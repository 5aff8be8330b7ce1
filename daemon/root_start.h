// A start as root: what only root can do is done first, and then howdah is the user that `user` names, before it has
// a second thread or has read a byte from outside.
#pragma once

#include <expected>
#include <string>

#include "config/settings.h"
#include "daemon/io/inherited_listeners.h"

namespace howdah {

// Opens the TCP addresses of `listen` that are root's to open (ports below 1024) and becomes `user`, unless that is
// "root". Not to be called by anybody but root.
[[nodiscard]] std::expected<void, std::string> leave_root(const std::string& user, const config::Settings& settings,
                                                          io::InheritedListeners& opened);

}  // namespace howdah
