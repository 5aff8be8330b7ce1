// A client's socket with a TLS session on it in which we are the server. The handshake is a part of reading: until it
// is over, reading brings no bytes and nothing can be written.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "daemon/io/tls_context.h"
#include "daemon/io/tls_facts.h"
#include "daemon/io/tls_transport.h"
#include "daemon/io/unique_fd.h"

namespace howdah::io {

class TlsServerTransport final : public Transport {
 public:
  // `early`: bytes of the handshake that have been read from the socket already. A client that began with it, without
  // an SSLRequest, `must_name_protocol` by ALPN. (PostgreSQL documentation: "SSL Session Encryption")
  TlsServerTransport(TlsContextPointer context, UniqueFd fd, std::string early, bool must_name_protocol);
  ~TlsServerTransport() override;

  [[nodiscard]] TransportResult read(std::span<char> into) override;
  [[nodiscard]] TransportResult write(std::span<iovec> ranges) override;
  [[nodiscard]] bool has_buffered_input() const override;
  [[nodiscard]] bool wants_to_write() const override;
  void end_output() override;
  [[nodiscard]] std::optional<TlsFacts> tls_facts() const override;
  [[nodiscard]] std::string failure() const override;
  [[nodiscard]] std::string tls_name() const override { return bytes_ ? bytes_->tls_name() : ""; }
  [[nodiscard]] int fd() const override { return fd_.get(); }

 private:
  struct Source;
  class SourceMethod;

  [[nodiscard]] bool is_shaking_hands() const;

  TlsContextPointer context_;
  UniqueFd fd_;
  std::unique_ptr<Source> source_;
  TlsSessionPointer session_;  // null: out of memory
  bool must_name_protocol_;
  bool lacks_protocol_ = false;  // it had to name one and has not
  std::optional<TlsTransport> bytes_;
};

}  // namespace howdah::io
