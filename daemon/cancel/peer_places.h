// Where a peer can be reached: the addresses that a place of the configuration stands for.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "config/listen_address.h"
#include "daemon/io/socket_address.h"
#include "daemon/io/unique_fd.h"

namespace howdah::cancel {

// Without asking anybody: a path, or an address in figures; nothing where it is a name.
[[nodiscard]] std::optional<std::vector<io::SocketAddress>> places_at_once(const config::ListenAddress& address);
// Never none. Blocks.
[[nodiscard]] std::expected<std::vector<io::SocketAddress>, std::string> look_up_places(
    const config::ListenAddress& address);

// A socket that does not block and is on its way there.
[[nodiscard]] std::expected<io::UniqueFd, std::string> connect_to(const io::SocketAddress& place);

}  // namespace howdah::cancel
