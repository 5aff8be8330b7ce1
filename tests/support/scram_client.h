// The client's side of a SCRAM-SHA-256 exchange, for tests; follows RFC 5802 apart from what a test bends.
#pragma once

#include <string>
#include <string_view>

#include "protocol/base64.h"
#include "protocol/crypto.h"

namespace howdah::tests {

// The value of one attribute of a message: attribute_of("r=abc,s=x", 's') is "x".
inline std::string attribute_of(std::string_view message, char name) {
  const auto at = message.find(std::string{name, '='});
  return std::string(message.substr(at + 2, message.find(',', at) - at - 2));
}

class ScramClient {
 public:
  explicit ScramClient(std::string password, std::string flag = "n", std::string bare = "n=,r=abc",
                       std::string binding = "")
      : password_(std::move(password)), flag_(std::move(flag)), bare_(std::move(bare)), binding_(std::move(binding)) {}

  [[nodiscard]] std::string first() const { return flag_ + ",," + bare_; }

  // The usual client-final-message without its proof.
  [[nodiscard]] std::string without_proof(std::string_view server_first) const {
    return "c=" + protocol::base64_encode(flag_ + ",," + binding_) + ",r=" + attribute_of(server_first, 'r');
  }

  [[nodiscard]] std::string final(std::string_view server_first) const {
    return final(server_first, without_proof(server_first));
  }
  [[nodiscard]] std::string final(std::string_view server_first, const std::string& without_proof) const {
    return without_proof + ",p=" + proof(server_first, without_proof);
  }

  [[nodiscard]] std::string proof(std::string_view server_first, const std::string& without_proof) const {
    auto key = protocol::hmac_sha256(protocol::bytes_of(salted_password(server_first)), "Client Key");
    const auto stored_key = protocol::sha256(protocol::bytes_of(key));
    const auto signature =
        protocol::hmac_sha256(protocol::bytes_of(stored_key), auth_message(server_first, without_proof));
    for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<char>(key[i] ^ signature[i]);
    return protocol::base64_encode(protocol::bytes_of(key));
  }

  // What an honest server answers at the end.
  [[nodiscard]] std::string expected_server_final(std::string_view server_first) const {
    const auto key = protocol::hmac_sha256(protocol::bytes_of(salted_password(server_first)), "Server Key");
    const auto signature =
        protocol::hmac_sha256(protocol::bytes_of(key), auth_message(server_first, without_proof(server_first)));
    return "v=" + protocol::base64_encode(protocol::bytes_of(signature));
  }

 private:
  [[nodiscard]] protocol::Sha256Digest salted_password(std::string_view server_first) const {
    const auto salt = protocol::base64_decode(attribute_of(server_first, 's')).value_or("");
    const auto iterations = static_cast<std::uint32_t>(std::stoul(attribute_of(server_first, 'i')));
    return protocol::pbkdf2_sha256(password_, salt, iterations);
  }

  [[nodiscard]] std::string auth_message(std::string_view server_first, std::string_view without_proof) const {
    return bare_ + ',' + std::string(server_first) + ',' + std::string(without_proof);
  }

  std::string password_;
  std::string flag_;
  std::string bare_;
  std::string binding_;  // what the channel is known by
};

}  // namespace howdah::tests
