// Where to listen, as text in the configuration: "127.0.0.1:6432", "[::1]:6432", ":6432" (all addresses),
// "localhost:6432", "unix:/run/howdah" (the port is 6432 then) or "unix:/run/howdah:5555". No sockets here.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace howdah::config {

inline constexpr std::uint16_t kDefaultPort = 6432;

struct ListenAddress {
  std::string folder;  // of a Unix socket; empty: TCP
  std::string host;    // name or address; empty: all addresses of this machine
  std::uint16_t port = kDefaultPort;

  [[nodiscard]] bool is_local() const { return !folder.empty(); }
  // ".s.PGSQL.6432" in the folder: what libpq looks for.
  [[nodiscard]] std::string socket_path() const { return folder + "/.s.PGSQL." + std::to_string(port); }
  [[nodiscard]] std::string text() const;

  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

// The error says what was expected.
[[nodiscard]] std::expected<ListenAddress, std::string> parse_listen_address(std::string_view text);

}  // namespace howdah::config
