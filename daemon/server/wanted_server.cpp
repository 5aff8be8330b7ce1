#include "daemon/server/wanted_server.h"

namespace howdah::server {

WantedServer wanted_server(const ConnectionKeywords& keywords) {
  const auto value = value_of(keywords, "target_session_attrs");
  if (value == "read-write") return WantedServer::ReadWrite;
  if (value == "read-only") return WantedServer::ReadOnly;
  if (value == "primary") return WantedServer::Primary;
  if (value == "standby") return WantedServer::Standby;
  return WantedServer::Any;
}

bool may_change_hosts(const ConnectionKeywords& keywords) {
  const bool has_several = value_of(keywords, "host").contains(',') || value_of(keywords, "hostaddr").contains(',');
  return has_several || wanted_server(keywords) != WantedServer::Any;
}

bool is_fit(WantedServer wanted, const ServerCondition& condition) {
  const bool writes = !condition.is_in_recovery && !condition.is_read_only;
  switch (wanted) {
    case WantedServer::Any:
      return true;
    case WantedServer::ReadWrite:
      return writes;
    case WantedServer::ReadOnly:
      return !writes;
    case WantedServer::Primary:
      return !condition.is_in_recovery;
    case WantedServer::Standby:
      return condition.is_in_recovery;
  }
  return true;
}

}  // namespace howdah::server
