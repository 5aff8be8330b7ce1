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

TransportResult TlsTransport::judge(int result) const {
  if (result > 0) return {.kind = Kind::Bytes, .count = static_cast<std::size_t>(result)};
  switch (SSL_get_error(session_, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return {.kind = Kind::WouldBlock, .count = 0};
    case SSL_ERROR_ZERO_RETURN:
      return {.kind = Kind::EndOfFile, .count = 0};
    default:
      return {.kind = Kind::Error, .count = 0};
  }
}

TransportResult TlsTransport::read(std::span<char> into) {
  ERR_clear_error();
  return judge(SSL_read(session_, into.data(), static_cast<int>(into.size())));
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

bool TlsTransport::has_buffered_input() const {
  return SSL_has_pending(session_) == 1;
}

}  // namespace howdah::io
