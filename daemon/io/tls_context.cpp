#include "daemon/io/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cstring>
#include <string_view>

namespace howdah::io {

namespace {

using Failure = std::unexpected<std::string>;

// In the form of ALPN: each name behind its length. (PostgreSQL documentation: "SSL Session Encryption")
constexpr std::string_view kProtocols = "\x0apostgresql";

// Why the call failed: the first error is the cause, those behind it only say where it came by.
std::string reason() {
  const auto code = ERR_peek_error();
  const char* words = ERR_SYSTEM_ERROR(code) ? std::strerror(ERR_GET_REASON(code)) : ERR_reason_error_string(code);
  std::string text = words != nullptr ? words : "unknown error";
  ERR_clear_error();
  return text;
}

Failure failure(const std::string& what) {
  return Failure(what + ": " + reason());
}

int number_of(config::TlsVersion version) {
  return version == config::TlsVersion::Tls12 ? TLS1_2_VERSION : TLS1_3_VERSION;
}

int choose_protocol(ssl_st*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                    unsigned int in_size, void*) noexcept {
  const auto* ours = reinterpret_cast<const unsigned char*>(kProtocols.data());
  unsigned char* chosen = nullptr;
  const int found = SSL_select_next_proto(&chosen, out_size, ours, kProtocols.size(), in, in_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// A key with a pass phrase would have us wait for somebody at a terminal.
int no_pass_phrase(char*, int, int, void*) noexcept {
  return 0;
}

void set_behaviour(SSL_CTX* context) {
  // A session that goes on later would outlive a change of the rules; tickets would only cost.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF |
                                   SSL_OP_CLEANSE_PLAINTEXT);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);  // one system call for a record, not two
  SSL_CTX_set_dh_auto(context, 1);
  SSL_CTX_set_default_passwd_cb(context, no_pass_phrase);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
}

std::expected<void, std::string> set_ciphers(SSL_CTX* context, const config::TlsSettings& settings) {
  SSL_CTX_set_min_proto_version(context, number_of(settings.min_version));
  SSL_CTX_set_max_proto_version(context, number_of(settings.max_version));
  if (SSL_CTX_set_cipher_list(context, settings.ciphers.c_str()) != 1) return failure("client.tls.ciphers");
  const auto& suites = settings.cipher_suites;
  if (!suites.empty() && SSL_CTX_set_ciphersuites(context, suites.c_str()) != 1) {
    return failure("client.tls.cipher_suites");
  }
  return {};
}

std::expected<void, std::string> read_files(SSL_CTX* context, const config::TlsSettings& settings) {
  const auto& certificate = settings.certificate;
  const auto& key = settings.key;
  const auto& ca = settings.ca;
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1)
    return failure("certificate " + certificate);
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
    // What OpenSSL calls "unsupported" is whatever it cannot read.
    return failure("key " + key + ", which has to be a PEM key without a pass phrase");
  }
  if (SSL_CTX_check_private_key(context) != 1) return failure("key " + key);
  if (settings.client_certificate == config::ClientCertificate::None) return {};
  if (SSL_CTX_load_verify_locations(context, ca.c_str(), nullptr) != 1) return failure("ca " + ca);
  SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(ca.c_str()));
  const bool is_required = settings.client_certificate == config::ClientCertificate::Require;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (is_required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
  return {};
}

// The digest with which it was signed, but nothing weaker than SHA-256.
std::string digest_of(const X509* certificate) {
  int digest_id = NID_undef;
  if (certificate == nullptr ||
      X509_get_signature_info(const_cast<X509*>(certificate), &digest_id, nullptr, nullptr, nullptr) != 1)
    return {};
  if (digest_id == NID_undef) return {};
  if (digest_id == NID_md5 || digest_id == NID_sha1) digest_id = NID_sha256;
  const auto* digest = EVP_get_digestbynid(digest_id);
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  if (digest == nullptr || X509_digest(certificate, digest, bytes.data(), &size) != 1) return {};
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

}  // namespace

void TlsDeleter::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}

void TlsDeleter::operator()(ssl_st* session) const {
  SSL_free(session);
}

TlsContext::TlsContext(ContextPointer context)
    : context_(std::move(context)), server_end_point_(digest_of(SSL_CTX_get0_certificate(context_.get()))) {}

std::expected<std::shared_ptr<const TlsContext>, std::string> TlsContext::make(const config::TlsSettings& settings) {
  ERR_clear_error();
  ContextPointer context(SSL_CTX_new(TLS_server_method()));
  if (!context) return failure("TLS");
  set_behaviour(context.get());
  auto done = set_ciphers(context.get(), settings);
  if (done) done = read_files(context.get(), settings);
  if (!done) return Failure(done.error());
  return std::shared_ptr<const TlsContext>(new TlsContext(std::move(context)));
}

TlsSessionPointer TlsContext::new_session() const {
  return TlsSessionPointer(SSL_new(context_.get()));
}

TlsContextPointer TlsContexts::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

void TlsContexts::replace(TlsContextPointer context) {
  const std::lock_guard lock(mutex_);
  current_ = std::move(context);
}

}  // namespace howdah::io
