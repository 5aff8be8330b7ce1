#include "daemon/takeover/control_socket.h"

#include <event2/event.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <utility>

#include "daemon/io/packets.h"
#include "daemon/io/socket_address.h"

namespace howdah::takeover {

namespace {

constexpr int kBacklog = 8;
constexpr mode_t kOwnerOnly = 0600;

std::unexpected<std::string> failure(const std::string& path, const char* step) {
  return std::unexpected("takeover.socket " + path + ": " + step + ": " + std::strerror(errno));
}

}  // namespace

bool is_trusted(int socket, std::optional<uid_t> other) {
  const auto end = io::other_end(socket);
  return end && (end->user == geteuid() || end->user == 0 || end->user == other);
}

// It is made beside the path and put there by a rename: at no moment is there none, or one that others may use.
std::expected<std::unique_ptr<ControlSocket>, std::string> ControlSocket::open(const std::string& path,
                                                                               worker::Worker& worker, os::Log& log,
                                                                               OnAsked on_asked) {
  const auto made = path + "." + std::to_string(getpid());
  if (made.size() > io::kMostPathBytes) {
    errno = ENAMETOOLONG;
    return failure(path, "bind");
  }
  const auto address = io::SocketAddress::of_path(made);
  io::UniqueFd fd(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.is_open()) return failure(path, "socket");
  unlink(made.c_str());
  fchmod(fd.get(), kOwnerOnly);  // what bind makes has this mode
  if (bind(fd.get(), &address.get(), address.size()) != 0) return failure(path, "bind");
  const bool is_ready = chmod(made.c_str(), kOwnerOnly) == 0 && listen(fd.get(), kBacklog) == 0 &&
                        std::rename(made.c_str(), path.c_str()) == 0;
  if (is_ready) {
    return std::make_unique<ControlSocket>(std::move(fd), path, worker, log, std::move(on_asked));
  }
  const auto failed = failure(path, "listen");
  unlink(made.c_str());
  return failed;
}

ControlSocket::ControlSocket(io::UniqueFd listening, std::string path, worker::Worker& worker, os::Log& log,
                             OnAsked on_asked)
    : listening_(std::move(listening)),
      path_(std::move(path)),
      worker_(worker),
      log_(log),
      on_asked_(std::move(on_asked)) {
  const auto acceptable = [](int, short, void* self) noexcept {
    auto& socket = *static_cast<ControlSocket*>(self);
    const worker::Turn turn(socket.worker_);
    socket.on_acceptable();
  };
  event_.reset(event_new(worker_.loop(), listening_.get(), EV_READ | EV_PERSIST, acceptable, this));
  event_add(event_.get(), nullptr);
}

ControlSocket::~ControlSocket() {
  if (!path_.empty()) unlink(path_.c_str());
}

void ControlSocket::on_acceptable() {
  io::UniqueFd asker(accept4(listening_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!asker.is_open()) return;
  if (is_trusted(asker.get())) return on_asked_(std::move(asker));
  log_.warning("takeover refused", {{"reason", "it is asked for by another user"}});
}

}  // namespace howdah::takeover
