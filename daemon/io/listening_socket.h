// A socket for clients to connect to, before anybody accepts them: made here, or there before us.
#pragma once

#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "config/listen_address.h"
#include "config/settings.h"
#include "daemon/io/socket_address.h"
#include "daemon/io/unique_fd.h"

namespace howdah::io {

// Where one entry of `listen` listens: a host name may have several addresses, and so has no host at all.
struct ListenPlace {
  std::string text;
  std::vector<SocketAddress> addresses;
};

// Looks the name up, and so may block. The error reads "listen nowhere:6432: Name or service not known".
[[nodiscard]] std::expected<ListenPlace, std::string> find_place(const config::ListenAddress& address);
// Those of all entries.
[[nodiscard]] std::expected<std::vector<ListenPlace>, std::string> find_places(const std::vector<std::string>& listen);

// The file of a Unix socket, which is unlinked at the end.
class SocketFile {
 public:
  SocketFile() = default;
  explicit SocketFile(std::string path) : path_(std::move(path)) {}
  SocketFile(SocketFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  SocketFile& operator=(SocketFile&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~SocketFile();

  // It stays where it is.
  void leave() { path_.clear(); }

 private:
  std::string path_;
};

struct ListeningSocket {
  UniqueFd fd;
  SocketFile file;        // none: of TCP, or not ours
  SocketAddress asked;    // with port 0 where any was asked for
  bool is_lent = false;   // somebody else holds it too: it is served as long as we are
  std::string name = {};  // "127.0.0.1:6432", with the real port, or "unix:/run/howdah/.s.PGSQL.6432"
};

// Whether who connects to this address comes to this socket: it is bound to it, or to [::] for both families.
[[nodiscard]] bool listens_at(int fd, const SocketAddress& address);

// One that listens already.
[[nodiscard]] ListeningSocket adopt_socket(UniqueFd fd, bool is_lent, const config::ClientSettings& settings);

// What failed: a step, and its errno.
struct SocketError {
  const char* step = "";
  int code = 0;

  // "bind: Address already in use"
  [[nodiscard]] std::string text() const;
};

// Whether others may listen at the same port meanwhile, on another address: all of them must be ours and allow it.
enum class PortSharing { No, Yes };
void set_sharing(int fd, PortSharing sharing);

// Bound, but nobody can connect yet.
[[nodiscard]] std::expected<ListeningSocket, SocketError> bind_socket(const SocketAddress& address,
                                                                      const config::ClientSettings& settings,
                                                                      PortSharing sharing = PortSharing::No);
// From now on the kernel takes clients, as many as it allows, until they are accepted.
[[nodiscard]] std::expected<void, SocketError> begin_listening(const ListeningSocket& socket);

}  // namespace howdah::io
