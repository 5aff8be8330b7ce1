#include "daemon/io/tls_transport.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstring>

namespace howdah::io {

namespace {

using Kind = TransportResult::Kind;
constexpr std::size_t kRecordBytes = 16UL * 1024;

}  // namespace

TlsTransport::TlsTransport(ssl_st* session, int fd) : session_(session), fd_(fd) {
  // A write that would block is tried again from another place in memory, and may be shorter than asked.
  SSL_set_mode(session_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

TransportResult TlsTransport::judge(int result) {
  if (result > 0) return {.kind = Kind::Bytes, .count = static_cast<std::size_t>(result)};
  switch (SSL_get_error(session_, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return {.kind = Kind::WouldBlock, .count = 0};
    case SSL_ERROR_ZERO_RETURN:
      return {.kind = Kind::EndOfFile, .count = 0};
    default:
      break;
  }
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  failure_ = reason != nullptr ? reason : "";
  return {.kind = Kind::Error, .count = 0};
}

TransportResult TlsTransport::shake_hands() {
  ERR_clear_error();
  auto result = judge(SSL_do_handshake(session_));
  if (result.kind == Kind::Bytes) result.count = 0;
  return result;
}

TransportResult TlsTransport::read(std::span<char> into) {
  ERR_clear_error();
  const auto first = judge(SSL_read(session_, into.data(), static_cast<int>(into.size())));
  if (first.kind != Kind::Bytes) return first;
  auto count = first.count;
  while (count < into.size() && SSL_has_pending(session_) == 1) {
    const auto rest = into.subspan(count);
    const int more = SSL_read(session_, rest.data(), static_cast<int>(rest.size()));
    if (more <= 0) break;  // what it means is told by the next call
    count += static_cast<std::size_t>(more);
  }
  return {.kind = Kind::Bytes, .count = count};
}

TransportResult TlsTransport::write(std::span<iovec> ranges) {
  std::array<char, kRecordBytes> record;
  std::size_t size = 0;
  for (const auto& range : ranges) {
    const auto count = std::min(range.iov_len, record.size() - size);
    std::memcpy(record.data() + size, range.iov_base, count);
    size += count;
    if (size == record.size()) break;
  }
  ERR_clear_error();
  return judge(SSL_write(session_, record.data(), static_cast<int>(size)));
}

std::string TlsTransport::tls_name() const {
  return std::string(SSL_get_version(session_)) + "/" + SSL_get_cipher_name(session_);
}

bool TlsTransport::has_buffered_input() const {
  return SSL_has_pending(session_) == 1;
}

}  // namespace howdah::io
