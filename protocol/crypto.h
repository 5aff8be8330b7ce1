// Hashes, comparison and forgetting: all that protocol/ needs of libcrypto, which only crypto.cpp includes.
// A libcrypto that cannot do SHA-256 ends the program: no log-in could be judged.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/bytes.h"

namespace howdah::protocol {

using Sha256Digest = std::array<char, 32>;

[[nodiscard]] inline Bytes bytes_of(const Sha256Digest& digest) {
  return {digest.data(), digest.size()};
}

[[nodiscard]] Sha256Digest sha256(Bytes bytes);
[[nodiscard]] Sha256Digest hmac_sha256(Bytes key, Bytes bytes);
// Takes time in proportion to `iterations`: 4,096 are about a millisecond.
[[nodiscard]] Sha256Digest pbkdf2_sha256(Bytes password, Bytes salt, std::uint32_t iterations);
// 32 lower-case hex digits; nothing where the system forbids MD5 (FIPS).
[[nodiscard]] std::optional<std::string> md5_hex(Bytes bytes);

// The time depends on the lengths only.
[[nodiscard]] bool is_equal_in_constant_time(Bytes left, Bytes right);

// Overwrites in a way that the compiler cannot leave out.
void cleanse(char* bytes, std::size_t count);
// Overwrites and empties it, its unused capacity included.
void cleanse(std::string& text);

// Text that is overwritten before its memory is freed, moved from or assigned to.
class SecretText {
 public:
  SecretText() = default;
  explicit SecretText(std::string_view text) : text_(text) {}
  SecretText(const SecretText&) = default;
  SecretText(SecretText&& other) noexcept;
  SecretText& operator=(const SecretText& other);
  SecretText& operator=(SecretText&& other) noexcept;
  ~SecretText() { cleanse(text_); }

  // Valid until the object changes or dies.
  [[nodiscard]] std::string_view view() const { return text_; }

 private:
  std::string text_;
};

}  // namespace howdah::protocol
