#include "daemon/io/transport.h"

#include <sys/socket.h>

namespace howdah::io {

void Transport::end_output() {
  shutdown(fd(), SHUT_WR);
}

}  // namespace howdah::io
