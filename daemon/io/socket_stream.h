// A stream on a socket, plain or TLS, in a worker's loop. It reads into the worker's scratch buffer and keeps
// bytes only while the handler has not taken them or the kernel has not: an idle connection holds no buffer, nor what
// only a slow peer or the end of a connection needs.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "daemon/io/plain_transport.h"
#include "daemon/io/stream.h"
#include "daemon/io/transport.h"
#include "daemon/worker/agenda.h"
#include "daemon/worker/worker.h"

namespace howdah::io {

class SocketStream final : public Stream {
 public:
  // A plain transport, which nearly all clients have, lies in the stream itself.
  using AnyTransport = std::variant<PlainTransport, std::unique_ptr<Transport>>;

  // Reading begins with the first handler.
  SocketStream(worker::Worker& worker, AnyTransport transport);
  ~SocketStream() override;
  SocketStream(const SocketStream&) = delete;
  SocketStream& operator=(const SocketStream&) = delete;

  void set_handler(StreamHandler& handler) override;
  void write(OutputBatch& batch) override;
  [[nodiscard]] std::size_t pending_bytes() const override { return unsent_ ? unsent_->size_bytes() : 0; }
  void set_reading(bool on) override;
  void redeliver() override;
  void start_tls(TlsContextPointer context, bool must_name_protocol) override;
  void overwrite_taken() override { is_taken_secret_ = true; }
  [[nodiscard]] std::optional<TlsFacts> tls_facts() const override { return transport().tls_facts(); }
  [[nodiscard]] std::string failure() const override { return transport().failure(); }
  [[nodiscard]] std::string local_name() const override;
  [[nodiscard]] std::string tls_name() const override { return transport().tls_name(); }
  void end_output() override;
  void leave_loop() override;
  // Goes on in the loop of this worker, on whose thread that is.
  void enter_loop(worker::Worker& worker);
  [[nodiscard]] bool has_unread_input() const override;
  [[nodiscard]] std::optional<Handle> handle() const override;
  // As if this had been read from the peer. Before the first handler.
  void put_unread(std::string bytes) { kept_ = std::make_unique<std::string>(std::move(bytes)); }

 private:
  static constexpr std::uint32_t kUsualReadBytes = 64 * 1024;
  static constexpr std::uint32_t kMostReadBytes = 256 * 1024;

  // Written, not taken by the kernel.
  struct Unsent {
    [[nodiscard]] std::size_t size_bytes() const { return bytes.size() - sent_bytes; }

    std::string bytes = {};
    std::size_t sent_bytes = 0;  // of them meanwhile
    worker::EventPointer write_event = {};
  };

  void linger(std::unique_ptr<Stream> self) override;

  [[nodiscard]] Transport& transport();
  [[nodiscard]] const Transport& transport() const;
  void make_read_event();
  void on_readable();
  void on_writable();
  void on_deferred();
  void on_linger_over();
  // Hands out what was kept and the bytes just read, and keeps what was not taken.
  void deliver(protocol::Bytes fresh);
  void adapt_read_size(std::size_t count);
  void begin_tls(std::string early);
  void watch_writable();
  [[nodiscard]] bool send_unsent();
  void keep_unsent(OutputBatch& batch, std::size_t sent);
  void fail(StreamEnd end);
  void fail_writing();
  void close_output();
  void die();

  worker::Worker* worker_;
  AnyTransport transport_;
  StreamHandler* handler_ = nullptr;   // null before the first, and while lingering
  std::unique_ptr<std::string> kept_;  // read, not taken by the handler; null: nothing
  std::unique_ptr<Unsent> unsent_;     // null: nothing
  worker::EventPointer read_event_;
  std::uint32_t read_size_ = kUsualReadBytes;
  bool is_reading_ = false;
  bool is_redelivery_due_ = false;
  bool has_ended_ = false;  // the peer sends nothing more
  bool has_failed_ = false;
  bool has_write_failed_ = false;  // what the peer has sent is still read
  bool is_end_told_ = false;
  bool is_taken_secret_ = false;  // of the on_bytes under way
  struct TlsStart {
    TlsContextPointer context;
    bool must_name_protocol;
  };
  std::unique_ptr<TlsStart> tls_start_;  // asked for in an on_bytes that has not returned
  bool* is_destroyed_ = nullptr;         // set by the destructor, for a call in whose middle it comes
  worker::MethodDeferred<SocketStream, &SocketStream::on_deferred> deferred_{*this};
  using LingerTimer = worker::MethodTimer<SocketStream, &SocketStream::on_linger_over>;
  std::unique_ptr<LingerTimer> linger_timer_;  // while lingering
};

}  // namespace howdah::io
