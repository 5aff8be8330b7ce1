#include "daemon/io/tls_server_transport.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace howdah::io {

using Kind = TransportResult::Kind;

// The socket as OpenSSL sees it: first the bytes that were read before.
struct TlsServerTransport::Source {
  int fd;
  std::string early;
  std::size_t taken = 0;

  int read(char* into, int size) {
    if (taken == early.size()) return static_cast<int>(recv(fd, into, static_cast<std::size_t>(size), 0));
    const auto count = std::min(static_cast<std::size_t>(size), early.size() - taken);
    std::memcpy(into, early.data() + taken, count);
    taken += count;
    if (taken == early.size()) {
      early = {};
      taken = 0;
    }
    return static_cast<int>(count);
  }
};

namespace {

bool is_passing_failure() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

// A BIO of our own, since OpenSSL's would write without MSG_NOSIGNAL. (OpenSSL: BIO_meth_new)
class TlsServerTransport::SourceMethod {
 public:
  SourceMethod() : method_(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "client")) {
    BIO_meth_set_read(method_, read);
    BIO_meth_set_write(method_, write);
    BIO_meth_set_ctrl(method_, control);
    BIO_meth_set_create(method_, create);
  }
  ~SourceMethod() { BIO_meth_free(method_); }
  SourceMethod(const SourceMethod&) = delete;
  SourceMethod& operator=(const SourceMethod&) = delete;

  [[nodiscard]] BIO* attach(Source& source) const {
    auto* bio = BIO_new(method_);
    if (bio != nullptr) BIO_set_data(bio, &source);
    return bio;
  }

 private:
  static int read(BIO* bio, char* into, int size) noexcept {
    BIO_clear_retry_flags(bio);
    const int count = static_cast<Source*>(BIO_get_data(bio))->read(into, size);
    if (count < 0 && is_passing_failure()) BIO_set_retry_read(bio);
    return count;
  }
  static int write(BIO* bio, const char* bytes, int size) noexcept {
    BIO_clear_retry_flags(bio);
    const auto fd = static_cast<Source*>(BIO_get_data(bio))->fd;
    const auto count = static_cast<int>(send(fd, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL));
    if (count < 0 && is_passing_failure()) BIO_set_retry_write(bio);
    return count;
  }
  static long control(BIO*, int command, long, void*) noexcept { return command == BIO_CTRL_FLUSH ? 1 : 0; }
  static int create(BIO* bio) noexcept {
    BIO_set_init(bio, 1);
    return 1;
  }

  BIO_METHOD* method_;
};

namespace {

using CertificatePointer = std::unique_ptr<X509, decltype(&X509_free)>;

// What two readers could understand differently is no name.
std::string common_name_of(X509_NAME* subject) {
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0) return {};
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  if (size < 0) return {};
  std::string name(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  OPENSSL_free(text);
  return name.find('\0') == std::string::npos ? name : std::string();
}

std::string distinguished_name_of(const X509_NAME* subject) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), &BIO_free);
  if (!memory || X509_NAME_print_ex(memory.get(), subject, 0, XN_FLAG_RFC2253) < 0) return {};
  char* text = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &text);
  const std::string name(text, static_cast<std::size_t>(size));
  return name.find('\0') == std::string::npos ? name : std::string();
}

}  // namespace

TlsServerTransport::TlsServerTransport(TlsContextPointer context, UniqueFd fd, std::string early,
                                       bool must_name_protocol)
    : context_(std::move(context)),
      fd_(std::move(fd)),
      source_(std::make_unique<Source>(fd_.get(), std::move(early))),
      session_(context_->new_session()),
      must_name_protocol_(must_name_protocol) {
  static const SourceMethod method;  // a table of functions
  auto* bio = session_ ? method.attach(*source_) : nullptr;
  if (bio == nullptr) {
    session_.reset();
    return;
  }
  SSL_set_bio(session_.get(), bio, bio);
  SSL_set_accept_state(session_.get());
  bytes_.emplace(session_.get(), fd_.get());
}

TlsServerTransport::~TlsServerTransport() = default;

bool TlsServerTransport::is_shaking_hands() const {
  return session_ && SSL_in_init(session_.get()) == 1;
}

TransportResult TlsServerTransport::read(std::span<char> into) {
  if (!bytes_) return {.kind = Kind::Error};
  if (is_shaking_hands()) {
    const auto result = bytes_->shake_hands();
    if (result.kind != Kind::Bytes) return result;
    const unsigned char* protocol = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(session_.get(), &protocol, &size);
    lacks_protocol_ = must_name_protocol_ && size == 0;
  }
  if (lacks_protocol_) return {.kind = Kind::Error};
  return bytes_->read(into);
}

// Before the handshake is over there is nobody to whom anything could be said.
TransportResult TlsServerTransport::write(std::span<iovec> ranges) {
  if (!bytes_ || is_shaking_hands()) return {.kind = Kind::Error};
  return bytes_->write(ranges);
}

bool TlsServerTransport::has_buffered_input() const {
  return bytes_ && (bytes_->has_buffered_input() || !source_->early.empty());
}

bool TlsServerTransport::wants_to_write() const {
  return session_ && SSL_want_write(session_.get()) == 1;
}

void TlsServerTransport::end_output() {
  ERR_clear_error();
  if (session_ && !is_shaking_hands()) SSL_shutdown(session_.get());
  Transport::end_output();
}

std::optional<TlsFacts> TlsServerTransport::tls_facts() const {
  if (!session_ || is_shaking_hands()) return std::nullopt;
  TlsFacts facts{.server_end_point = context_->server_end_point()};
  const CertificatePointer certificate(SSL_get1_peer_certificate(session_.get()), &X509_free);
  if (!certificate || SSL_get_verify_result(session_.get()) != X509_V_OK) return facts;
  facts.has_certificate = true;
  facts.common_name = common_name_of(X509_get_subject_name(certificate.get()));
  facts.distinguished_name = distinguished_name_of(X509_get_subject_name(certificate.get()));
  return facts;
}

std::string TlsServerTransport::failure() const {
  if (!bytes_) return "out of memory";
  return lacks_protocol_ ? "the client names no protocol" : bytes_->failure();
}

}  // namespace howdah::io
