// SHOW POOLS, DATABASES, USERS and LISTS.
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "config/words.h"
#include "daemon/admin/show_rows.h"
#include "daemon/server/connection_string.h"

namespace howdah::admin {

namespace {

constexpr std::int64_t kMicroseconds = 1'000'000;
constexpr std::string_view kEveryOtherName = "*";

std::string mode_name(config::PoolMode mode) {
  return std::string(config::word_of(mode));
}

Value if_any(const std::string& text) {
  return text.empty() ? Value() : Value(text);
}

// The first of several ports; the default one where the text names none.
std::string port_text(const std::string& text) {
  int port = 5432;
  std::from_chars(text.data(), text.data() + text.size(), port);
  return std::to_string(port);
}

int server_count(const stats::PoolSnapshot& pool) {
  return pool.servers_active + pool.servers_pinned + pool.servers_idle + pool.servers_cleaning;
}

Row database_row(const std::string& name, const config::DatabaseSettings& entry, int connections,
                 const stats::Orders& orders) {
  const auto read = server::read_connection_string(entry.backend);
  const auto keywords = read ? *read : server::ConnectionKeywords();
  const auto host = server::value_of(keywords, "host");
  const auto database = server::value_of(keywords, "dbname");
  return {name,
          if_any(host.empty() ? server::value_of(keywords, "hostaddr") : host),
          port_text(server::value_of(keywords, "port")),
          database.empty() ? name : database,
          if_any(server::value_of(keywords, "user")),
          std::to_string(entry.pool.max_size),
          std::to_string(entry.pool.min_size),
          "0",
          mode_name(entry.pool.mode),
          "0",
          std::to_string(connections),
          orders.is_paused(name) ? "1" : "0",
          orders.disabled.contains(name) ? "1" : "0"};
}

}  // namespace

// As PgBouncer counts: a client that asks for nothing is active, and a server that its client keeps is, too.
Rows pool_rows(const stats::SnapshotSource& source) {
  Rows rows;
  for (const auto& pool : source.snapshot().pools) {
    const auto wait = pool.longest_wait.count();
    rows.push_back({pool.database, pool.user, std::to_string(pool.clients_active + pool.clients_idle),
                    std::to_string(pool.clients_waiting), std::to_string(pool.cancels),
                    std::to_string(pool.cancels_waiting), std::to_string(pool.servers_active + pool.servers_pinned),
                    std::to_string(pool.servers_cancelling), std::to_string(pool.servers_cancelling),
                    std::to_string(pool.servers_idle), "0", std::to_string(pool.servers_cleaning),
                    std::to_string(pool.servers_connecting), std::to_string(wait / kMicroseconds),
                    std::to_string(wait % kMicroseconds), mode_name(pool.settings.mode)});
  }
  return rows;
}

// The entries of the configuration, and each name that the entry "*" serves now or that something is ordered of.
Rows database_rows(const stats::SnapshotSource& source) {
  const auto settings = source.settings();
  std::map<std::string, int> connections;
  for (const auto& [name, entry] : settings->databases) connections[name] = 0;
  const auto snapshot = source.snapshot();
  for (const auto& pool : snapshot.pools) connections[pool.database] += server_count(pool);
  for (const auto* names : {&snapshot.orders.paused, &snapshot.orders.disabled}) {
    for (const auto& name : *names) connections[name];
  }
  Rows rows;
  for (const auto& [name, count] : connections) {
    auto entry = settings->databases.find(name);
    if (entry == settings->databases.end()) entry = settings->databases.find(std::string(kEveryOtherName));
    if (entry != settings->databases.end()) rows.push_back(database_row(name, entry->second, count, snapshot.orders));
  }
  return rows;
}

// Those of the configuration, and those that have a pool.
Rows user_rows(const stats::SnapshotSource& source) {
  const auto settings = source.settings();
  std::map<std::string, Value> modes;
  for (const auto& pool : source.snapshot().pools) modes[pool.user];
  for (const auto& [name, user] : settings->users) {
    modes[name] = user.pool_mode ? Value(mode_name(*user.pool_mode)) : Value();
  }
  Rows rows;
  for (const auto& [name, mode] : modes) rows.push_back({name, mode});
  return rows;
}

// Several pools may have one name.
Rows host_rows(const stats::SnapshotSource& source) {
  std::map<std::string, stats::HostSnapshot> hosts;
  for (const auto& pool : source.snapshot().pools) {
    for (const auto& host : pool.hosts) hosts.try_emplace(host.name, host);
  }
  Rows rows;
  for (const auto& [name, host] : hosts) {
    rows.push_back(
        {name, std::to_string(host.time_to_live.count()), fmt::format("{}", fmt::join(host.addresses, ","))});
  }
  return rows;
}

Rows list_rows(const stats::SnapshotSource& source) {
  const auto snapshot = source.snapshot();
  int servers = 0;
  for (const auto& pool : snapshot.pools) servers += server_count(pool);
  const auto clients = source.clients();
  const auto logging_in = std::ranges::count(clients, "login", &stats::ClientSnapshot::state);
  const auto count = [](auto number) { return Value(std::to_string(number)); };
  return {{"databases", count(database_rows(source).size())},
          {"users", count(user_rows(source).size())},
          {"pools", count(snapshot.pools.size())},
          {"free_clients", "0"},
          {"used_clients", count(static_cast<std::ptrdiff_t>(clients.size()) - logging_in)},
          {"login_clients", count(logging_in)},
          {"free_servers", "0"},
          {"used_servers", count(servers)},
          {"dns_names", count(host_rows(source).size())},
          {"dns_zones", "0"},
          {"dns_queries", "0"},
          {"dns_pending", "0"}};
}

}  // namespace howdah::admin
