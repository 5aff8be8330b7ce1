// Takes the clients that connect to one socket. One worker's thread.
#pragma once

#include <string>

#include "daemon/io/listening_socket.h"
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

class Listener {
 public:
  // What accepting takes. All of it outlives the listener.
  struct Environment {
    worker::Worker& worker;
    os::Log& log;
    AcceptHandler& handler;
  };

  // Accepts nobody before resume().
  Listener(ListeningSocket socket, const Environment& environment);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] ListeningSocket& socket() { return socket_; }
  [[nodiscard]] const ListeningSocket& socket() const { return socket_; }
  [[nodiscard]] const std::string& name() const { return socket_.name; }

  // Who connects waits in the kernel meanwhile.
  void pause();
  // Accepting begins in the next turn.
  void resume();
  [[nodiscard]] bool is_paused() const { return is_paused_; }
  // Those who have connected already are accepted now.
  void accept_waiting();

 private:
  // Whether there may be more.
  [[nodiscard]] bool accept_one();
  void on_acceptable();
  void resume_watching();

  Environment environment_;
  ListeningSocket socket_;
  worker::EventPointer event_;
  bool is_paused_ = true;
  bool is_shortage_logged_ = false;
  worker::MethodTimer<Listener, &Listener::resume_watching> shortage_timer_{*this};
};

}  // namespace howdah::io
