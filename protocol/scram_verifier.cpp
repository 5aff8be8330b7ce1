#include "protocol/scram_verifier.h"

#include <charconv>
#include <utility>

#include "protocol/base64.h"
#include "protocol/saslprep.h"

namespace howdah::protocol {

namespace {

constexpr std::string_view kPrefix = "SCRAM-SHA-256$";

// Takes what stands before `separator`, and the separator; nothing where it does not occur.
std::optional<std::string_view> take_until(std::string_view& text, char separator) {
  const auto end = text.find(separator);
  if (end == std::string_view::npos) return std::nullopt;
  const auto taken = text.substr(0, end);
  text.remove_prefix(end + 1);
  return taken;
}

std::optional<std::uint32_t> parse_iterations(std::string_view text) {
  std::uint32_t iterations = 0;
  const auto* begin = text.data();  // NOLINT(bugprone-suspicious-stringview-data-usage): the size stands beside it
  const auto* end = begin + text.size();
  const auto result = std::from_chars(begin, end, iterations);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  if (iterations < kMinScramIterations || iterations > kMaxScramIterations) return std::nullopt;
  return iterations;
}

std::optional<std::string> parse_salt(std::string_view text) {
  if (text.size() > (kMaxScramSaltBytes + 2) / 3 * 4) return std::nullopt;
  auto salt = base64_decode(text);
  if (!salt || salt->empty() || salt->size() > kMaxScramSaltBytes) return std::nullopt;
  return salt;
}

bool parse_key(Sha256Digest& key, std::string_view text) {
  if (text.size() != (key.size() + 2) / 3 * 4) return false;
  auto bytes = base64_decode(text);
  if (!bytes || bytes->size() != key.size()) return false;
  bytes->copy(key.data(), key.size());
  cleanse(*bytes);
  return true;
}

}  // namespace

ScramKeys::~ScramKeys() {
  cleanse(stored_key.data(), stored_key.size());
  cleanse(server_key.data(), server_key.size());
}

bool operator==(const ScramKeys& left, const ScramKeys& right) {
  const bool is_same_stored = is_equal_in_constant_time(bytes_of(left.stored_key), bytes_of(right.stored_key));
  const bool is_same_server = is_equal_in_constant_time(bytes_of(left.server_key), bytes_of(right.server_key));
  return is_same_stored && is_same_server;
}

std::optional<ScramVerifier> parse_scram_verifier(std::string_view text) {
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  const auto iterations_text = take_until(text, ':');
  const auto salt_text = take_until(text, '$');
  const auto stored_key_text = take_until(text, ':');
  if (!iterations_text || !salt_text || !stored_key_text) return std::nullopt;

  const auto iterations = parse_iterations(*iterations_text);
  auto salt = parse_salt(*salt_text);
  if (!iterations || !salt) return std::nullopt;
  ScramVerifier verifier{.challenge = {.iterations = *iterations, .salt = std::move(*salt)}, .keys = {}};
  if (!parse_key(verifier.keys.stored_key, *stored_key_text)) return std::nullopt;
  if (!parse_key(verifier.keys.server_key, text)) return std::nullopt;
  return verifier;
}

std::string format_scram_verifier(const ScramVerifier& verifier) {
  const auto& [challenge, keys] = verifier;
  return std::string(kPrefix) + std::to_string(challenge.iterations) + ':' + base64_encode(challenge.salt) + '$' +
         base64_encode(bytes_of(keys.stored_key)) + ':' + base64_encode(bytes_of(keys.server_key));
}

ScramKeys derive_scram_keys(std::string_view password, const ScramChallenge& challenge) {
  const auto prepared = prepare_password(password);
  auto salted_password = pbkdf2_sha256(prepared.view(), challenge.salt, challenge.iterations);
  auto client_key = hmac_sha256(bytes_of(salted_password), "Client Key");
  ScramKeys keys;
  keys.stored_key = sha256(bytes_of(client_key));
  keys.server_key = hmac_sha256(bytes_of(salted_password), "Server Key");
  cleanse(salted_password.data(), salted_password.size());
  cleanse(client_key.data(), client_key.size());
  return keys;
}

ScramChallenge mock_scram_challenge(Bytes process_secret, std::string_view user, std::uint32_t iterations) {
  const auto digest = hmac_sha256(process_secret, user);
  return {.iterations = iterations, .salt = std::string(bytes_of(digest).substr(0, kScramSaltBytes))};
}

}  // namespace howdah::protocol
