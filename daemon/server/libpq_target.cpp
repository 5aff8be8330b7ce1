#include "daemon/server/libpq_target.h"

#include <netdb.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "daemon/server/host_list.h"
#include "daemon/server/libpq_connection.h"
#include "protocol/sqlstate.h"

namespace howdah::server {

namespace {

// A backend whose machine or network is gone while it owes an answer is noticed after two minutes, not after the
// system's two hours. No tcp_user_timeout: Linux would also end a connection whose backend reads nothing for so long,
// and a COPY that waits for a lock does just that.
// The connect_timeout is for cancels, which libpq 17 bounds by it; log-ins have a limit of our own.
constexpr std::array<std::pair<const char*, const char*>, 4> kDefaults = {
    {{"keepalives_idle", "60"}, {"keepalives_interval", "10"}, {"keepalives_count", "6"}, {"connect_timeout", "10"}}};

}  // namespace

std::expected<ConnectionKeywords, std::string> read_keywords(const BackendTarget& target) {
  auto keywords = read_connection_string(target.connection_string);
  if (!keywords) return keywords;
  const auto complete = [&](const char* keyword, const std::string& value) {
    if (!value.empty()) keywords->try_emplace(keyword, value);
  };
  const auto set = [&](const char* keyword, std::string_view value) {
    if (!value.empty()) (*keywords)[keyword] = value;
  };
  complete("user", target.user);
  complete("dbname", target.database);
  complete("password", std::string(target.password.view()));
  if (target.is_overriding) {
    set("user", target.user);
    set("password", target.password.view());
  }
  set("scram_client_key", target.scram_client_key.view());
  set("scram_server_key", target.scram_server_key.view());
  if (!keywords->contains("service")) {  // what a service file says would give way to ours
    for (const auto& [keyword, value] : kDefaults) complete(keyword, value);
  }
  (*keywords)["gssencmode"] = "disable";  // its encryption could not carry our own frames
  return keywords;
}

bool needs_look_up(const ConnectionKeywords& keywords) {
  return value_of(keywords, "hostaddr").empty() && !names_of(keywords).empty();
}

std::expected<std::vector<std::string>, std::string> look_up_name(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &first);
  if (error != 0) return std::unexpected("could not look up host \"" + host + "\": " + gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> infos(first, &freeaddrinfo);
  std::vector<std::string> addresses;
  for (const auto* info = infos.get(); info != nullptr; info = info->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    getnameinfo(info->ai_addr, info->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
    addresses.emplace_back(text.data());
  }
  return addresses;
}

std::expected<ConnectionKeywords, std::string> look_up_hosts(const ConnectionKeywords& keywords) {
  std::vector<Host> found;
  std::string failure;
  for (const auto& host : hosts_of(keywords)) {
    if (!is_name(host.name)) {
      const bool is_socket = host.name.empty() || host.name.front() == '/' || host.name.front() == '@';
      found.push_back({host.name, is_socket ? "" : host.name, host.port});
      continue;
    }
    const auto addresses = look_up_name(host.name);
    if (!addresses) {
      failure = addresses.error();  // another host may do
      continue;
    }
    for (const auto& address : *addresses) found.push_back({host.name, address, host.port});
  }
  if (found.empty()) return std::unexpected(failure);
  auto looked_up = keywords;
  set_hosts(looked_up, found);
  return looked_up;
}

protocol::ErrorFields read_login_error(const std::string& text) {
  using protocol::Severity;
  constexpr std::size_t kStateSize = 5;
  auto start = text.find("FATAL:  ");
  if (start == std::string::npos) start = text.find("ERROR:  ");
  if (start != std::string::npos) {
    const auto state_at = start + 8;
    const auto colon = state_at + kStateSize;
    if (text.size() > colon + 2 && text[colon] == ':') {
      const auto message_at = colon + 2;
      return protocol::make_error(Severity::Fatal, text.substr(state_at, kStateSize),
                                  text.substr(message_at, text.find('\n', message_at) - message_at));
    }
  }
  return protocol::make_error(Severity::Fatal, protocol::sqlstate::kUnableToConnect, one_line(text));
}

}  // namespace howdah::server
