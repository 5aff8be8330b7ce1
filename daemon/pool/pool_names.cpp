// How a pool follows the names in its connection string: they are looked up again by their time to live, and servers at
// an address that no name has any more are replaced.
#include <algorithm>

#include "daemon/pool/login_attempt.h"
#include "daemon/pool/pool.h"
#include "daemon/server/host_list.h"

namespace howdah::pool {

namespace {

// "127.0.0.1" of "127.0.0.1:5432", "::1" of "[::1]:5432".
std::string without_port(const std::string& address) {
  const auto host = address.substr(0, address.rfind(':'));
  return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

}  // namespace

// Only servers that were there before the names were looked up can have been left behind.
void Pool::follow_names() {
  if (names_of_hosts_.empty() || environment_.host_names == nullptr || settings_.dns_ttl.count() == 0) return;
  const auto found = environment_.host_names->follow(names_of_hosts_, settings_.dns_ttl, environment_.agenda.now(),
                                                     *environment_.look_ups);
  if (found.as_of == names_as_of_ || found.as_of == worker::TimePoint{}) return;
  names_as_of_ = found.as_of;
  std::vector<server::ServerConnection*> left_behind;
  for (const auto& [id, server] : servers_) {
    const auto& address = server->address();
    const bool is_fixed = address.starts_with("unix:") || fixed_hosts_.contains(without_port(address));
    const bool is_named = is_fixed || found.all.contains(without_port(address));
    const bool is_outdated = ledger_.is_outdated(server->standing());
    if (!is_named && !is_outdated && server->connected_at() < found.as_of) left_behind.push_back(server.get());
  }
  for (auto* server : left_behind) replace(*server);
}

void Pool::replace(server::ServerConnection& server) {
  environment_.log.info("no name of the backend has this address any more",
                        {{"server", server.id()}, {"database", name_.database}, {"address", server.address()}});
  server.set_standing(ledger_.outdate_one());
  if (ledger_.take_this_idle(part_, server.id())) server.close("its address is no name's any more");
}

std::vector<stats::HostSnapshot> Pool::host_snapshots() const {
  std::vector<stats::HostSnapshot> hosts;
  if (environment_.host_names == nullptr || part_ != 0) return hosts;
  const auto now = environment_.agenda.now();
  for (const auto& known : environment_.host_names->known(names_of_hosts_)) {
    const auto left = known.looked_up_at + settings_.dns_ttl - now;
    hosts.push_back(
        {.name = known.name,
         .addresses = known.addresses,
         .time_to_live = std::max(std::chrono::duration_cast<std::chrono::seconds>(left), std::chrono::seconds())});
  }
  return hosts;
}

}  // namespace howdah::pool
