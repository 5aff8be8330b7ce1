// Sockets that clients connect to. One worker's thread.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "config/listen_address.h"
#include "daemon/io/inherited_listeners.h"
#include "daemon/io/peer_address.h"
#include "daemon/io/unique_fd.h"
#include "daemon/os/log.h"
#include "daemon/worker/agenda.h"
#include "daemon/worker/worker.h"

namespace howdah::io {

class AcceptHandler {
 public:
  // A connected, non-blocking socket.
  virtual void on_accept(UniqueFd fd, PeerAddress peer) = 0;

 protected:
  ~AcceptHandler() = default;
};

// The sockets of one address of TCP; those that are inherited are taken.
[[nodiscard]] std::expected<std::vector<UniqueFd>, std::string> open_sockets(const config::ListenAddress& address,
                                                                             InheritedListeners& inherited,
                                                                             const config::ClientSettings& settings);

// One listening socket.
class Listener {
 public:
  // What accepting takes.
  struct Environment {
    const config::ClientSettings& settings;
    worker::Worker& worker;
    os::Log& log;
    AcceptHandler& handler;
  };

  // All sockets of one address: a host name may have several. Inherited ones are taken. An error reads
  // "listen 0.0.0.0:6432: bind: Address already in use". Accepting begins at once, in the next turn.
  [[nodiscard]] static std::expected<std::vector<std::unique_ptr<Listener>>, std::string> open(
      const config::ListenAddress& address, InheritedListeners& inherited, const Environment& environment);
  // The inherited ones that no address has taken, where they are to be served.
  [[nodiscard]] static std::vector<std::unique_ptr<Listener>> take_rest(InheritedListeners& inherited,
                                                                        const Environment& environment);

  // A socket that listens already; `path` is unlinked at the end, where it is not empty.
  Listener(UniqueFd fd, std::string path, std::string name, worker::Worker& worker, os::Log& log,
           AcceptHandler& handler);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // "127.0.0.1:6432", with the real port where 0 was asked for, or "unix:/run/howdah/.s.PGSQL.6432".
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  void on_acceptable();
  void on_pause_over();

  UniqueFd fd_;
  std::string path_;
  std::string name_;
  worker::Worker& worker_;
  os::Log& log_;
  AcceptHandler& handler_;
  worker::EventPointer event_;
  bool is_shortage_logged_ = false;
  worker::MethodTimer<Listener, &Listener::on_pause_over> pause_timer_{*this};
};

}  // namespace howdah::io
