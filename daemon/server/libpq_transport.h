// The socket of a libpq connection, with the TLS session that libpq made on it, for our own frames.
// (PostgreSQL documentation: PQsocket, PQsslStruct)
#pragma once

#include <optional>

#include "daemon/io/tls_transport.h"
#include "daemon/io/transport.h"
#include "daemon/server/libpq_connection.h"

namespace howdah::server {

class LibpqTransport final : public io::Transport {
 public:
  // A connection that has logged in, and from which libpq reads no more.
  explicit LibpqTransport(ConnectionPointer connection);
  // Ends the connection without a Terminate: behind half a message its bytes would become a part of that message.
  ~LibpqTransport() override;

  [[nodiscard]] io::TransportResult read(std::span<char> into) override;
  [[nodiscard]] io::TransportResult write(std::span<iovec> ranges) override;
  [[nodiscard]] bool has_buffered_input() const override { return tls_ && tls_->has_buffered_input(); }
  [[nodiscard]] int fd() const override { return fd_; }
  [[nodiscard]] std::string tls_name() const override { return tls_ ? tls_->tls_name() : ""; }

 private:
  ConnectionPointer connection_;
  int fd_;
  std::optional<io::TlsTransport> tls_;
};

}  // namespace howdah::server
