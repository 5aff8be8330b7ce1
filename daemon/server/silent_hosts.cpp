#include "daemon/server/silent_hosts.h"

#include <algorithm>
#include <iterator>

namespace howdah::server {

std::string place_of(const Host& host) {
  return (host.address.empty() ? host.name : host.address) + ":" + (host.port.empty() ? "5432" : host.port);
}

std::vector<Host> with_silent_last(const std::vector<Host>& hosts, const std::set<std::string>& silent) {
  const auto is_silent = [&](const Host& host) { return silent.contains(place_of(host)); };
  std::vector<Host> ordered;
  std::ranges::remove_copy_if(hosts, std::back_inserter(ordered), is_silent);
  std::ranges::copy_if(hosts, std::back_inserter(ordered), is_silent);
  return ordered;
}

}  // namespace howdah::server
