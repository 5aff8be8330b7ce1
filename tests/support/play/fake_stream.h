// A connection in memory: a stream that keeps the contract of daemon/io/stream.h, and what stands on its
// other side. Bytes move only when the test says so, in portions of any size, so that every cut and every
// pause can be played.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "daemon/io/stream.h"
#include "daemon/worker/agenda.h"

namespace howdah::tests {

class FakeStream;

// The kernel between a stream and its peer. Outlives both where the test holds on to it.
class FakeSocket {
 public:
  static constexpr std::size_t kAll = SIZE_MAX;

  // --- the peer
  void send(protocol::Bytes bytes) { inbound_.append(bytes); }
  void send_end_of_file() { has_end_of_file_ = true; }
  void reset() { is_reset_ = true; }
  // Closed without reading on: an end of file, and a reset for whoever still writes.
  void vanish() { has_end_of_file_ = is_deaf_ = true; }
  // Takes what has arrived, which makes room for more.
  std::string receive(std::size_t most = kAll);
  [[nodiscard]] std::size_t receivable() const { return outbound_.size(); }
  [[nodiscard]] bool is_closed() const { return stream_ == nullptr && outbound_.empty(); }
  // The stream sends nothing more, and what it sent has been taken.
  [[nodiscard]] bool is_output_over() const { return has_output_ended_ && outbound_.empty(); }
  [[nodiscard]] bool has_stream() const { return stream_ != nullptr; }
  // How much may lie unread before the stream has to wait.
  void set_capacity(std::size_t bytes) { capacity_ = bytes; }
  [[nodiscard]] std::size_t unread_bytes() const { return inbound_.size(); }
  [[nodiscard]] std::size_t pending_bytes() const;  // written, not taken by the kernel
  [[nodiscard]] std::size_t kept_bytes() const;     // read, not taken by the handler
  [[nodiscard]] bool is_reading() const;

  // --- the loop; each in a turn of its own
  [[nodiscard]] bool is_readable() const;
  void read(std::size_t most = kAll);
  [[nodiscard]] bool is_writable() const;
  void write_on();

 private:
  friend class FakeStream;
  [[nodiscard]] std::size_t room() const;

  FakeStream* stream_ = nullptr;
  std::string inbound_;
  std::string outbound_;
  std::size_t capacity_ = kAll;
  bool has_end_of_file_ = false;
  bool has_output_ended_ = false;
  bool is_reset_ = false;
  bool is_deaf_ = false;
};

class FakeStream final : public io::Stream {
 public:
  FakeStream(std::shared_ptr<FakeSocket> socket, worker::Agenda& agenda);
  ~FakeStream() override;
  FakeStream(const FakeStream&) = delete;
  FakeStream& operator=(const FakeStream&) = delete;

  void set_handler(io::StreamHandler& handler) override;
  void write(io::OutputBatch& batch) override;
  [[nodiscard]] std::size_t pending_bytes() const override { return pending_.size(); }
  void set_reading(bool on) override;
  void redeliver() override;
  // Encrypts nothing: what the peer sends from now on counts as having come by TLS.
  void start_tls(io::TlsContextPointer context, bool must_name_protocol) override;
  [[nodiscard]] std::optional<io::TlsFacts> tls_facts() const override { return tls_; }
  void end_output() override { socket_->has_output_ended_ = true; }
  void leave_loop() override;
  void enter_loop(worker::Agenda& agenda);
  [[nodiscard]] bool has_unread_input() const override;
  // There is no descriptor.
  [[nodiscard]] std::optional<Handle> handle() const override;
  // As if this had been read. Before the first handler.
  void put_unread(std::string bytes) { kept_ = std::move(bytes); }

 private:
  friend class FakeSocket;
  static constexpr int kMostDeliveries = 10'000;  // in one turn; more is a loop without an end

  void linger(std::unique_ptr<io::Stream> self) override;
  void read(std::size_t most);
  void deliver(std::string bytes);
  void on_deferred();
  void flush();
  void fail(io::StreamEnd end);
  void die();

  const std::shared_ptr<FakeSocket> socket_;
  worker::Agenda* agenda_;  // null while it is on its way to another loop
  io::StreamHandler* handler_ = nullptr;
  std::unique_ptr<io::Stream> self_;  // while lingering
  std::string kept_;                  // read, not taken by the handler
  std::string pending_;               // written, not taken by the kernel
  std::optional<io::TlsFacts> tls_;
  bool is_reading_ = false;
  bool is_redelivery_due_ = false;
  bool has_ended_ = false;
  bool has_failed_ = false;
  bool is_end_told_ = false;
  worker::TimePoint deliveries_at_{};
  int delivery_count_ = 0;  // without new bytes
  worker::MethodDeferred<FakeStream, &FakeStream::on_deferred> deferred_{*this};
  worker::MethodTimer<FakeStream, &FakeStream::die> linger_timer_{*this};
};

}  // namespace howdah::tests
