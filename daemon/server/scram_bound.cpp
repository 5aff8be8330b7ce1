#include "daemon/server/scram_bound.h"

#include <libpq-fe.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>

namespace howdah::server {

namespace {

constexpr std::string_view kIterations = ",i=";  // in a server-first-message (RFC 5802, section 5.1)
constexpr std::size_t kMostDigits = 12;
constexpr std::size_t kPeekBytes = 16UL * 1024;  // libpq refuses such a message far below

bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

}  // namespace

std::optional<std::uint64_t> ScramBound::look(const pg_conn* connection) {
  std::array<char, kPeekBytes> bytes{};
  std::ptrdiff_t count = 0;
  if (auto* session = static_cast<SSL*>(PQsslStruct(const_cast<PGconn*>(connection), "OpenSSL"))) {
    if (SSL_is_init_finished(session) != 0) count = SSL_peek(session, bytes.data(), static_cast<int>(bytes.size()));
    ERR_clear_error();
  } else {
    count = recv(PQsocket(connection), bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
  }
  return count > 0 ? on_bytes({bytes.data(), static_cast<std::size_t>(count)}) : std::nullopt;
}

std::optional<std::uint64_t> ScramBound::on_bytes(std::string_view bytes) {
  tail_.append(bytes);
  std::optional<std::uint64_t> highest;
  for (auto at = tail_.find(kIterations); at != std::string::npos; at = tail_.find(kIterations, at + 1)) {
    std::uint64_t number = 0;
    std::size_t digits = 0;
    for (auto next = at + kIterations.size(); next < tail_.size() && is_digit(tail_[next]); ++next) {
      if (++digits <= kMostDigits) number = number * 10 + static_cast<std::uint64_t>(tail_[next] - '0');
    }
    if (number > kMostIterations) highest = number;
  }
  constexpr auto kKept = 64UL;
  if (tail_.size() > kKept) tail_.erase(0, tail_.size() - kKept);
  return highest;
}

}  // namespace howdah::server
