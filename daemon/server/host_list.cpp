#include "daemon/server/host_list.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace howdah::server {

namespace {

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  while (true) {
    const auto comma = list.find(',', start);
    parts.push_back(list.substr(start, comma - start));
    if (comma == std::string::npos) return parts;
    start = comma + 1;
  }
}

std::string joined(const std::vector<Host>& hosts, std::string Host::* part) {
  std::string list;
  for (const auto& host : hosts) list += (&host == hosts.data() ? "" : ",") + host.*part;
  return list;
}

}  // namespace

std::vector<Host> hosts_of(const ConnectionKeywords& keywords) {
  const auto host_list = value_of(keywords, "host");
  const auto address_list = value_of(keywords, "hostaddr");
  if (host_list.empty() && address_list.empty()) return {};
  auto names = split(host_list);
  auto addresses = split(address_list);
  auto ports = split(value_of(keywords, "port"));
  const auto count = std::max(names.size(), addresses.size());
  const auto fits = [count](const auto& list, bool is_given) { return !is_given || list.size() == count; };
  const bool has_ports = ports.size() > 1;
  if (!fits(names, !host_list.empty()) || !fits(addresses, !address_list.empty()) || !fits(ports, has_ports)) return {};
  names.resize(count);
  addresses.resize(count);
  ports.resize(count, ports.front());
  std::vector<Host> hosts;
  hosts.reserve(count);
  for (std::size_t i = 0; i < count; ++i) hosts.push_back({names[i], addresses[i], ports[i]});
  return hosts;
}

void set_hosts(ConnectionKeywords& keywords, const std::vector<Host>& hosts) {
  keywords["host"] = joined(hosts, &Host::name);
  keywords["hostaddr"] = joined(hosts, &Host::address);
  keywords["port"] = joined(hosts, &Host::port);
}

bool is_name(const std::string& host) {
  if (host.empty() || host.front() == '/' || host.front() == '@') return false;
  std::array<unsigned char, sizeof(in6_addr)> unused;
  return inet_pton(AF_INET, host.c_str(), unused.data()) != 1 && inet_pton(AF_INET6, host.c_str(), unused.data()) != 1;
}

std::vector<std::string> names_of(const ConnectionKeywords& keywords) {
  std::vector<std::string> names;
  for (const auto& host : hosts_of(keywords)) {
    const bool is_new = std::ranges::find(names, host.name) == names.end();
    if (host.address.empty() && is_name(host.name) && is_new) names.push_back(host.name);
  }
  return names;
}

}  // namespace howdah::server
