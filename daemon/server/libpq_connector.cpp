#include "daemon/server/libpq_connector.h"

#include "daemon/server/libpq_login.h"

namespace howdah::server {

std::unique_ptr<PendingLogin> LibpqConnector::start(const BackendTarget& target, config::Milliseconds timeout,
                                                    LoginHandler& handler) {
  return std::make_unique<LibpqLogin>(worker_, look_ups_, cancels_, target, timeout, handler);
}

}  // namespace howdah::server
