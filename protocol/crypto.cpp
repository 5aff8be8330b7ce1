#include "protocol/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdlib>
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

}  // namespace

Sha256Digest sha256(Bytes bytes) {
  Sha256Digest digest;
  unsigned int size = 0;
  require(EVP_Digest(bytes.data(), bytes.size(), to_octets(digest.data()), &size, EVP_sha256(), nullptr) == 1);
  return digest;
}

Sha256Digest hmac_sha256(Bytes key, Bytes bytes) {
  Sha256Digest digest;
  // An empty key must not be a null pointer: that would mean "the key of the last call".
  const char none = 0;
  require(HMAC(EVP_sha256(), key.empty() ? &none : key.data(), static_cast<int>(key.size()), to_octets(bytes),
               bytes.size(), to_octets(digest.data()), nullptr) != nullptr);
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
