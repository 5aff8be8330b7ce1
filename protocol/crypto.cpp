#include "protocol/crypto.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <utility>

namespace howdah::protocol {

namespace {

unsigned char* to_octets(char* bytes) {
  return reinterpret_cast<unsigned char*>(bytes);
}

const unsigned char* to_octets(Bytes bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

void require(bool succeeded) {
  if (!succeeded) std::abort();
}

// What OpenSSL looks up by name once, instead of at each call, which takes longer than the hash. Never changes.
class Algorithms {
 public:
  [[nodiscard]] static const Algorithms& get() {
    static const Algorithms algorithms;
    return algorithms;
  }
  Algorithms(const Algorithms&) = delete;
  Algorithms& operator=(const Algorithms&) = delete;

  [[nodiscard]] const EVP_MD* sha256() const { return sha256_; }
  // Without a key; to be copied.
  [[nodiscard]] const EVP_MAC_CTX* hmac() const { return hmac_; }

 private:
  Algorithms() : sha256_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), mac_(EVP_MAC_fetch(nullptr, "HMAC", nullptr)) {
    require(sha256_ != nullptr && mac_ != nullptr);
    hmac_ = EVP_MAC_CTX_new(mac_);
    std::string name = "SHA256";
    const std::array<OSSL_PARAM, 2> parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
                                               OSSL_PARAM_construct_end()};
    require(hmac_ != nullptr && EVP_MAC_CTX_set_params(hmac_, parameters.data()) == 1);
  }
  ~Algorithms() {
    EVP_MAC_CTX_free(hmac_);
    EVP_MAC_free(mac_);
    EVP_MD_free(sha256_);
  }

  EVP_MD* sha256_;
  EVP_MAC* mac_;
  EVP_MAC_CTX* hmac_ = nullptr;
};

}  // namespace

Sha256Digest sha256(Bytes bytes) {
  Sha256Digest digest;
  unsigned int size = 0;
  require(EVP_Digest(bytes.data(), bytes.size(), to_octets(digest.data()), &size, Algorithms::get().sha256(),
                     nullptr) == 1);
  return digest;
}

Sha256Digest hmac_sha256(Bytes key, Bytes bytes) {
  Sha256Digest digest;
  const std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> context(EVP_MAC_CTX_dup(Algorithms::get().hmac()),
                                                                          &EVP_MAC_CTX_free);
  // An empty key must not be a null pointer: that would mean "no key yet".
  const unsigned char none = 0;
  std::size_t size = 0;
  require(context != nullptr);
  require(EVP_MAC_init(context.get(), key.empty() ? &none : to_octets(key), key.size(), nullptr) == 1);
  require(EVP_MAC_update(context.get(), to_octets(bytes), bytes.size()) == 1);
  require(EVP_MAC_final(context.get(), to_octets(digest.data()), &size, digest.size()) == 1);
  return digest;
}

Sha256Digest pbkdf2_sha256(Bytes password, Bytes salt, std::uint32_t iterations) {
  Sha256Digest digest;
  require(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), to_octets(salt),
                            static_cast<int>(salt.size()), static_cast<int>(iterations), EVP_sha256(),
                            static_cast<int>(digest.size()), to_octets(digest.data())) == 1);
  return digest;
}

std::optional<std::string> md5_hex(Bytes bytes) {
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  std::array<unsigned char, 16> digest{};
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_md5(), nullptr) != 1) return std::nullopt;
  std::string hex;
  for (const auto octet : digest) {
    hex.push_back(kHexDigits[octet >> 4]);
    hex.push_back(kHexDigits[octet & 0xf]);
  }
  return hex;
}

bool is_equal_in_constant_time(Bytes left, Bytes right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

void cleanse(char* bytes, std::size_t count) {
  OPENSSL_cleanse(bytes, count);
}

void cleanse(std::string& text) {
  text.resize(text.capacity());
  cleanse(text.data(), text.size());
  text.clear();
}

SecretText::SecretText(SecretText&& other) noexcept : text_(std::move(other.text_)) {
  cleanse(other.text_);  // a short text was copied out of it
}

SecretText& SecretText::operator=(const SecretText& other) {
  if (this != &other) {
    cleanse(text_);
    text_ = other.text_;
  }
  return *this;
}

SecretText& SecretText::operator=(SecretText&& other) noexcept {
  if (this != &other) {
    cleanse(text_);
    text_ = std::move(other.text_);
    cleanse(other.text_);
  }
  return *this;
}

}  // namespace howdah::protocol
