// What the TLS sessions of clients have in common: our certificate and key, and what is asked of clients. Made anew
// when one of the files changes; sessions keep the one that they began with. (OpenSSL: SSL_CTX; PostgreSQL
// documentation: "Secure TCP/IP Connections with SSL")
#pragma once

#include <expected>
#include <memory>
#include <mutex>
#include <string>

#include "config/settings.h"

struct ssl_ctx_st;
struct ssl_st;

namespace howdah::io {

struct TlsDeleter {
  void operator()(ssl_ctx_st* context) const;
  void operator()(ssl_st* session) const;
};
using TlsSessionPointer = std::unique_ptr<ssl_st, TlsDeleter>;

// Immutable; any thread.
class TlsContext {
 public:
  // Reads the files. An error names the file and says what is wrong with it, in OpenSSL's words.
  [[nodiscard]] static std::expected<std::shared_ptr<const TlsContext>, std::string> make(
      const config::TlsSettings& settings);

  // Without a socket, in the role of the server. Null: out of memory.
  [[nodiscard]] TlsSessionPointer new_session() const;
  // The digest of our certificate to which SCRAM binds; empty where its signature knows no digest.
  // (RFC 5929, tls-server-end-point)
  [[nodiscard]] const std::string& server_end_point() const { return server_end_point_; }

 private:
  using ContextPointer = std::unique_ptr<ssl_ctx_st, TlsDeleter>;
  explicit TlsContext(ContextPointer context);

  ContextPointer context_;
  std::string server_end_point_;
};
using TlsContextPointer = std::shared_ptr<const TlsContext>;

// The one that new sessions begin with. Any thread.
class TlsContexts {
 public:
  // Null: no TLS.
  [[nodiscard]] TlsContextPointer current() const;
  void replace(TlsContextPointer context);

 private:
  mutable std::mutex mutex_;
  TlsContextPointer current_;  // under mutex_
};

}  // namespace howdah::io
