// A client that logs in with whatever bytes it likes is never accepted; one that knows the password is,
// unless a byte of its messages was changed.
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/auth/client_authentication.h"
#include "tests/fuzz/promise.h"
#include "tests/support/fixed_random.h"
#include "tests/support/scram_client.h"

namespace howdah::fuzz {

namespace {

using auth::ClientAuthentication;
using Kind = ClientAuthentication::Step::Kind;

// Few iterations, for speed.
const protocol::ScramChallenge kChallenge{.iterations = 2, .salt = "0123456789abcdef"};

protocol::Secret scram_secret() {
  return protocol::ScramVerifier{.challenge = kChallenge, .keys = protocol::derive_scram_keys("secret", kChallenge)};
}

std::optional<protocol::Secret> secret_of(unsigned kind) {
  if (kind == 0) return std::nullopt;
  if (kind == 1) return protocol::parse_secret(protocol::md5_secret("a long secret", "ann").value()).value();
  return scram_secret();
}

config::AuthMethod method_of(unsigned kind) {
  constexpr config::AuthMethod kMethods[] = {config::AuthMethod::ScramSha256, config::AuthMethod::ScramSha256,
                                             config::AuthMethod::Md5, config::AuthMethod::Password};
  return kMethods[kind % std::size(kMethods)];
}

// What a login says, as text; it ends with "rejected" or waits for more.
std::string play(config::AuthMethod method, unsigned secret, protocol::Bytes bytes, std::size_t chunk_bytes) {
  tests::FixedRandom random;
  const auth::ServerSecrets secrets(random);
  const config::AuthRule rule{.method = method};
  ClientAuthentication login(rule, {.user = "ann"}, secret_of(secret), secrets, random);
  auto step = login.begin();
  std::string said;
  std::string unread;
  while (step.kind == Kind::Send) {
    const std::string exact(unread);
    auto next = login.next_message(exact);
    if (next && !*next) {
      promise(exact.size() < login.max_message_bytes(), "a whole message is bounded");
      if (bytes.empty()) return said + " waits";
      unread += bytes.substr(0, chunk_bytes);
      bytes.remove_prefix(std::min(bytes.size(), chunk_bytes));
      continue;
    }
    if (!next) {
      step = std::move(next.error());
      break;
    }
    promise((*next)->size_bytes <= exact.size(), "a message lies in its input");
    said += step.bytes;
    step = login.on_message((*next)->type, (*next)->body);
    unread.erase(0, (*next)->size_bytes);
  }
  promise(step.kind == Kind::Rejected || step.kind == Kind::Ask, "nobody is accepted");
  if (step.error) promise(step.error->severity == protocol::Severity::Fatal, "a rejection is fatal");
  return said + (step.error ? step.error->sqlstate + step.error->message : " silence");
}

void check_any_bytes(unsigned kind, protocol::Bytes bytes) {
  const auto method = method_of(kind);
  const auto secret = kind / 4 % 3;
  const auto whole = play(method, secret, bytes, bytes.size() + 1);
  promise(play(method, secret, bytes, 1) == whole, "byte by byte as whole");
}

std::string sasl_initial(std::string_view response) {
  std::string body;
  protocol::append_c_string(body, protocol::kScramMechanism);
  protocol::append_int32(body, static_cast<std::int32_t>(response.size()));
  return body.append(response);
}

// As in PostgreSQL, two bits of the last digit of base64 mean nothing.
bool is_same_final(std::string_view one, std::string_view other) {
  const auto proof_at = other.rfind(",p=") + 3;
  return one.substr(0, proof_at) == other.substr(0, proof_at) &&
         protocol::base64_decode(one.substr(proof_at)) == protocol::base64_decode(other.substr(proof_at));
}

// The honest exchange, in which `position` says where the final message is changed, and `change` how.
void check_changed_final(std::uint16_t position, char change) {
  tests::FixedRandom random;
  const auth::ServerSecrets secrets(random);
  const config::AuthRule rule{.method = config::AuthMethod::ScramSha256};
  ClientAuthentication login(rule, {.user = "ann"}, scram_secret(), secrets, random);
  static_cast<void>(login.begin());
  const tests::ScramClient client("secret");
  const auto first = login.on_message('p', sasl_initial(client.first()));
  promise(first.kind == Kind::Send, "an honest client goes on");
  const auto right = client.final(first.bytes.substr(9));
  auto final = right;
  auto& byte = final[position % final.size()];
  byte = static_cast<char>(byte ^ change);
  const auto step = login.on_message('p', final);
  promise((step.kind == Kind::Accepted) == is_same_final(final, right),
          "the right final message, and only that, is accepted");
}

}  // namespace

}  // namespace howdah::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace howdah::fuzz;
  if (size < 1) return 0;
  if (data[0] < 128) {
    check_any_bytes(data[0], view_of(data + 1, size - 1));
  } else if (size == 4) {
    check_changed_final(static_cast<std::uint16_t>(data[1] << 8 | data[2]), static_cast<char>(data[3]));
  }
  return 0;
}
