// SHOW CLIENTS, SERVERS, SOCKETS, ACTIVE_SOCKETS and PINS.
#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include "daemon/admin/show_rows.h"

namespace howdah::admin {

namespace {

constexpr std::int64_t kMicroseconds = 1'000'000;

// In PgBouncer's form, and always UTC.
std::string time_text(stats::WallTime time) {
  const auto seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  if (gmtime_r(&seconds, &parts) == nullptr) return {};
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts)};
}

struct Place {
  std::string host;  // "unix" where local
  int port = 0;
  int process_id = 0;  // of a local peer
};

int leading_number(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// "127.0.0.1:40000", "[::1]:40000", "unix:1234(uid 1000)" or a path of a Unix socket, whose port is behind its last
// dot.
Place read_place(std::string_view text) {
  constexpr std::string_view kLocal = "unix:";
  if (text.starts_with(kLocal)) return {.host = "unix", .process_id = leading_number(text.substr(kLocal.size()))};
  const auto colon = text.rfind(':');
  if (text.starts_with('/')) return {.host = "unix", .port = leading_number(text.substr(text.rfind('.') + 1))};
  if (colon == std::string_view::npos) return {.host = text.empty() ? "" : "unix"};
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return {.host = std::string(host), .port = leading_number(text.substr(colon + 1))};
}

// An address that no other object has, as PgBouncer's pointers are: "c12", "s3"; empty for none.
std::string pointer(char kind, std::uint64_t id) {
  return id == 0 ? std::string() : kind + std::to_string(id);
}

stats::ServerSnapshot server_of(const stats::ClientSnapshot& client,
                                const std::vector<stats::ServerSnapshot>& servers) {
  const auto found = std::ranges::find(servers, client.server_id, &stats::ServerSnapshot::id);
  return found == servers.end() ? stats::ServerSnapshot{} : *found;
}

// A server in an idle transaction is at work for its client all the same.
std::string server_state(const stats::ServerSnapshot& server) {
  return server.state == "idle in transaction" ? "active" : server.state;
}

// Without what tells of pins.
Row front_of_client(const stats::ClientSnapshot& client, std::string state) {
  const auto place = read_place(client.address);
  const auto local = read_place(client.local_address);
  const auto wait = client.wait.count();
  return {"C",
          client.user,
          client.database,
          std::move(state),
          place.host,
          std::to_string(place.port),
          local.host,
          std::to_string(local.port),
          time_text(client.connected_at),
          time_text(client.last_request_at),
          std::to_string(wait / kMicroseconds),
          std::to_string(wait % kMicroseconds),
          "0",
          pointer('c', client.id),
          pointer('s', client.server_id),
          std::to_string(place.process_id),
          client.tls,
          client.application_name};
}

Row front_of_server(const stats::ServerSnapshot& server, std::string state) {
  const auto place = read_place(server.address);
  const auto local = read_place(server.local_address);
  return {"S",
          server.user,
          server.database,
          std::move(state),
          place.host,
          std::to_string(place.port),
          local.host,
          std::to_string(local.port),
          time_text(server.connected_at),
          time_text(server.last_used_at),
          "0",
          "0",
          server.is_outdated ? "1" : "0",
          pointer('s', server.id),
          pointer('c', server.client_id),
          std::to_string(server.process_id),
          server.tls,
          server.application_name};
}

Row client_row(const stats::ClientSnapshot& client, const std::vector<stats::ServerSnapshot>& servers) {
  auto row = front_of_client(client, client.state);
  row.emplace_back(client.pinned.count() > 0 ? server_of(client, servers).pin_reason : "");
  return row;
}

Row server_row(const stats::ServerSnapshot& server) {
  auto row = front_of_server(server, server_state(server));
  row.emplace_back(server.state == "pinned" ? server.pin_reason : "");
  return row;
}

// PgBouncer's positions in a buffer: there is none here but for what the other end has not taken.
template <typename End>
Row with_buffers(Row row, const End& end) {
  const auto unsent = std::to_string(end.unsent_bytes);
  for (const auto& value : {std::string("0"), std::string("0"), std::to_string(end.missing_bytes), std::string("0"),
                            unsent, std::string("0"), unsent}) {
    row.emplace_back(value);
  }
  return row;
}

template <typename IsWanted>
Rows rows_of_sockets(const stats::SnapshotSource& source, IsWanted is_wanted) {
  Rows rows;
  for (const auto& client : source.clients()) {
    if (is_wanted(client)) rows.push_back(with_buffers(front_of_client(client, "cl_" + client.state), client));
  }
  for (const auto& server : source.servers()) {
    if (is_wanted(server)) rows.push_back(with_buffers(front_of_server(server, "sv_" + server_state(server)), server));
  }
  return rows;
}

}  // namespace

Rows client_rows(const stats::SnapshotSource& source) {
  Rows rows;
  const auto servers = source.servers();
  for (const auto& client : source.clients()) rows.push_back(client_row(client, servers));
  return rows;
}

Rows server_rows(const stats::SnapshotSource& source) {
  Rows rows;
  for (const auto& server : source.servers()) rows.push_back(server_row(server));
  return rows;
}

Rows socket_rows(const stats::SnapshotSource& source) {
  return rows_of_sockets(source, [](const auto&) { return true; });
}

// Those that a message is coming from or that have not taken all that goes to them.
Rows active_socket_rows(const stats::SnapshotSource& source) {
  return rows_of_sockets(source, [](const auto& end) { return end.unsent_bytes > 0 || end.missing_bytes > 0; });
}

Rows pin_rows(const stats::SnapshotSource& source) {
  Rows rows;
  const auto servers = source.servers();
  for (const auto& client : source.clients()) {
    if (client.pinned.count() == 0) continue;
    const auto server = server_of(client, servers);
    const auto place = read_place(client.address);
    const auto pinned = client.pinned.count();
    rows.push_back({client.database, client.user, pointer('c', client.id), place.host, std::to_string(place.port),
                    client.application_name, pointer('s', client.server_id), std::to_string(server.process_id),
                    server.pin_reason, server.pin_statement, std::to_string(pinned / kMicroseconds),
                    std::to_string(pinned % kMicroseconds)});
  }
  return rows;
}

}  // namespace howdah::admin
