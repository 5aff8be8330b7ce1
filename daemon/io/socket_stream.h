// A stream on a socket, plain or TLS, in a worker's loop. It reads into the worker's scratch buffer and keeps
// bytes only while the handler has not taken them or the kernel has not: an idle connection holds no buffer.
#pragma once

#include <memory>
#include <string>

#include "daemon/io/stream.h"
#include "daemon/io/transport.h"
#include "daemon/worker/agenda.h"
#include "daemon/worker/worker.h"

namespace howdah::io {

class SocketStream final : public Stream {
 public:
  // `peer` is what peer() says. Reading begins with the first handler.
  SocketStream(worker::Worker& worker, std::unique_ptr<Transport> transport, std::string peer);
  ~SocketStream() override;
  SocketStream(const SocketStream&) = delete;
  SocketStream& operator=(const SocketStream&) = delete;

  void set_handler(StreamHandler& handler) override;
  void write(OutputBatch& batch) override;
  [[nodiscard]] std::size_t pending_bytes() const override { return pending_.size() - pending_sent_; }
  void set_reading(bool on) override;
  void redeliver() override;
  void end_output() override;
  void leave_loop() override;
  // Goes on in the loop of this worker, on whose thread that is.
  void enter_loop(worker::Worker& worker);
  [[nodiscard]] bool has_unread_input() const override;
  [[nodiscard]] std::string peer() const override { return peer_; }

 private:
  static constexpr std::uint32_t kUsualReadBytes = 64 * 1024;
  static constexpr std::uint32_t kMostReadBytes = 256 * 1024;

  void linger(std::unique_ptr<Stream> self) override;

  void make_read_event();
  void on_readable();
  void on_writable();
  void on_deferred();
  void on_linger_over();
  // Hands out what was kept and the bytes just read, and keeps what was not taken.
  void deliver(protocol::Bytes fresh);
  void adapt_read_size(std::size_t count);
  [[nodiscard]] bool send_pending();
  void keep_unsent(OutputBatch& batch, std::size_t sent);
  void fail(StreamEnd end);
  void fail_writing();
  void close_output();
  void drop_pending();
  void die();

  worker::Worker* worker_;
  std::unique_ptr<Transport> transport_;
  StreamHandler* handler_ = nullptr;  // null before the first, and while lingering
  std::string peer_;
  std::string kept_;     // read, not taken by the handler
  std::string pending_;  // written, not taken by the kernel
  std::size_t pending_sent_ = 0;
  worker::EventPointer read_event_;
  worker::EventPointer write_event_;  // made when first needed
  std::uint32_t read_size_ = kUsualReadBytes;
  bool is_reading_ = false;
  bool is_redelivery_due_ = false;
  bool has_ended_ = false;  // the peer sends nothing more
  bool has_failed_ = false;
  bool has_write_failed_ = false;  // what the peer has sent is still read
  bool is_end_told_ = false;
  bool* is_destroyed_ = nullptr;  // set by the destructor, for a call in whose middle it comes
  worker::MethodDeferred<SocketStream, &SocketStream::on_deferred> deferred_{*this};
  worker::MethodTimer<SocketStream, &SocketStream::on_linger_over> linger_timer_{*this};
};

}  // namespace howdah::io
