#include "daemon/server/libpq_connector.h"

#include "daemon/io/socket_stream.h"
#include "daemon/server/libpq_cancel.h"
#include "daemon/server/libpq_login.h"

namespace howdah::server {

std::unique_ptr<PendingLogin> LibpqConnector::start(const BackendTarget& target, config::Milliseconds timeout,
                                                    LoginHandler& handler) {
  return std::make_unique<LibpqLogin>(worker_, look_ups_, steps_, cancels_, silent_hosts_, target, timeout, handler);
}

void LibpqConnector::take_over(io::Stream& stream, CancelTicket& cancel) {
  static_cast<io::SocketStream&>(stream).enter_loop(worker_);
  static_cast<LibpqCancelTicket&>(cancel).move_to(worker_);
}

}  // namespace howdah::server
