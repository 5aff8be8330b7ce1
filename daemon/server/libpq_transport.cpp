#include "daemon/server/libpq_transport.h"

#include <libpq-fe.h>
#include <sys/socket.h>

#include "daemon/io/plain_transport.h"

namespace howdah::server {

LibpqTransport::LibpqTransport(ConnectionPointer connection)
    : connection_(std::move(connection)), fd_(PQsocket(connection_.get())) {
  if (auto* session = static_cast<ssl_st*>(PQsslStruct(connection_.get(), "OpenSSL"))) tls_.emplace(session, fd_);
}

LibpqTransport::~LibpqTransport() {
  shutdown(fd_, SHUT_RDWR);
}

io::TransportResult LibpqTransport::read(std::span<char> into) {
  return tls_ ? tls_->read(into) : io::read_plain(fd_, into);
}

io::TransportResult LibpqTransport::write(std::span<iovec> ranges) {
  return tls_ ? tls_->write(ranges) : io::write_plain(fd_, ranges);
}

}  // namespace howdah::server
