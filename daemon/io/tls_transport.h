// Bytes through an OpenSSL session. The session and its socket belong to somebody else, who
// must outlive this. (OpenSSL: SSL_read, SSL_write)
#pragma once

#include <array>

#include "daemon/io/transport.h"

struct ssl_st;

namespace howdah::io {

class TlsTransport final : public Transport {
 public:
  TlsTransport(ssl_st* session, int fd);

  // Goes on with the handshake; Bytes, 0 of them, when it is over.
  [[nodiscard]] TransportResult shake_hands();
  // As many records as have come and fit.
  [[nodiscard]] TransportResult read(std::span<char> into) override;
  // Up to one record of 16 kB a call, gathered from the ranges.
  [[nodiscard]] TransportResult write(std::span<iovec> ranges) override;
  [[nodiscard]] bool has_buffered_input() const override;
  [[nodiscard]] int fd() const override { return fd_; }

  [[nodiscard]] std::string failure() const override { return failure_; }
  [[nodiscard]] std::string tls_name() const override;

 private:
  [[nodiscard]] TransportResult judge(int result);

  ssl_st* session_;
  int fd_;
  std::string failure_;
};

}  // namespace howdah::io
