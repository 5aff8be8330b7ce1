// Messages to and from another process in a worker's loop. See packets.h. That worker's thread.
#pragma once

#include <deque>
#include <functional>
#include <string>

#include "daemon/io/packets.h"
#include "daemon/worker/worker.h"

namespace howdah::io {

class PacketHandler {
 public:
  virtual void on_message(std::string message, UniqueFd fd) = 0;
  // Nothing goes either way any more. Once; never inside of a call.
  virtual void on_closed() = 0;

 protected:
  ~PacketHandler() = default;
};

class PacketStream {
 public:
  using Sent = std::move_only_function<void()>;

  // A connected, non-blocking socket. Reading begins at once.
  PacketStream(worker::Worker& worker, UniqueFd socket, PacketHandler& handler);
  PacketStream(const PacketStream&) = delete;
  PacketStream& operator=(const PacketStream&) = delete;

  // In the order of the calls. When it has gone the message is overwritten, and the descriptor closed, here. `sent`:
  // the kernel has it all, and the other process will read it even if we end; not called where it cannot be sent.
  void send(std::string message, UniqueFd fd = {}, Sent sent = {});
  // Sends what waits, blocking up to so long, and ends the connection: on_closed follows.
  void finish(std::chrono::milliseconds limit);

 private:
  struct Waiting {
    std::string message;
    UniqueFd fd;
    Sent sent;
    std::size_t done = 0;
  };

  void on_readable();
  void send_waiting();
  void close();
  void tell_closed();

  worker::Worker& worker_;
  UniqueFd socket_;
  PacketHandler& handler_;
  PacketReader reader_;
  std::deque<Waiting> waiting_;
  bool is_closed_ = false;
  worker::EventPointer read_event_;
  worker::EventPointer write_event_;
  worker::MethodDeferred<PacketStream, &PacketStream::tell_closed> closed_work_{*this};
};

}  // namespace howdah::io
