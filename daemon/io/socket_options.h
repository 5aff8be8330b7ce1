// What the kernel is asked to do for a TCP connection. An option that it does not take is left as it was: a connection
// works without.
#pragma once

#include "config/settings.h"

namespace howdah::io {

// Of a listening socket: on Linux every connection that it accepts has the same options from its first packet on, with
// no call of its own.
void set_client_options(int listening_fd, const config::ClientSettings& settings);

// The same for one that has had those of `before`: what is zero now is given back to the system. Connections that it
// has accepted keep what they have.
void change_client_options(int listening_fd, const config::ClientSettings& before, const config::ClientSettings& now);

// The buffers of both directions; 0: as they are.
void set_socket_buffer(int fd, std::int64_t bytes);

}  // namespace howdah::io
