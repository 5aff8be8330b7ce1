#include "protocol/password.h"

#include <algorithm>

#include "protocol/saslprep.h"

namespace howdah::protocol {

namespace {

constexpr std::string_view kMd5Prefix = "md5";
constexpr std::string_view kScramPrefix = "SCRAM-SHA-256$";
constexpr std::size_t kMd5SecretBytes = 35;

bool is_md5_secret(std::string_view text) {
  const auto is_hex_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == kMd5SecretBytes && text.starts_with(kMd5Prefix) &&
         std::ranges::all_of(text.substr(kMd5Prefix.size()), is_hex_digit);
}

// "md5" and the hash of both texts in a row.
std::optional<std::string> md5_of(std::string_view first, std::string_view second) {
  std::string both(first);
  both.append(second);
  auto hash = md5_hex(both);
  cleanse(both);
  if (!hash) return std::nullopt;
  return std::string(kMd5Prefix) + *hash;
}

}  // namespace

std::expected<Secret, std::string> parse_secret(std::string_view text) {
  if (text.empty()) return std::unexpected("the password is empty");
  if (is_md5_secret(text)) return Md5Secret{SecretText(text)};
  if (!text.starts_with(kScramPrefix)) return PlainSecret{SecretText(text)};
  auto verifier = parse_scram_verifier(text);
  if (!verifier) return std::unexpected("begins like a SCRAM-SHA-256 verifier, but is none");
  return std::move(*verifier);
}

std::optional<std::string> md5_secret(std::string_view password, std::string_view user) {
  return md5_of(password, user);
}

std::optional<std::string> md5_response(std::string_view stored, Bytes salt) {
  if (!stored.starts_with(kMd5Prefix)) return std::nullopt;
  return md5_of(stored.substr(kMd5Prefix.size()), salt);
}

bool is_right_password(std::string_view password, std::string_view user, const std::optional<Secret>& secret,
                       const ScramChallenge& challenge) {
  const auto* verifier = secret ? std::get_if<ScramVerifier>(&*secret) : nullptr;
  const auto keys = derive_scram_keys(password, verifier ? verifier->challenge : challenge);
  if (verifier) return keys == verifier->keys;
  if (!secret) return false;
  if (const auto* plain = std::get_if<PlainSecret>(&*secret)) {
    return is_equal_in_constant_time(prepare_password(password).view(), prepare_password(plain->text.view()).view());
  }
  const auto hash = md5_secret(password, user);
  return hash && is_equal_in_constant_time(*hash, std::get<Md5Secret>(*secret).text.view());
}

}  // namespace howdah::protocol
