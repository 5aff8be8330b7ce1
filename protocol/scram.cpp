#include "protocol/scram.h"

#include <algorithm>
#include <utility>

#include "protocol/base64.h"
#include "protocol/scram_attributes.h"
#include "protocol/sqlstate.h"

namespace howdah::protocol {

namespace {

constexpr std::string_view kMalformed = "malformed SCRAM message";
constexpr std::string_view kBindingType = "tls-server-end-point";

std::unexpected<ErrorFields> refuse(std::string_view message, std::string detail = {},
                                    std::string_view sqlstate = sqlstate::kProtocolViolation) {
  auto error = make_error(Severity::Fatal, sqlstate, std::string(message));
  error.detail = std::move(detail);
  return std::unexpected(std::move(error));
}

std::unexpected<ErrorFields> refuse_unsupported(std::string_view message) {
  return refuse(message, {}, sqlstate::kFeatureNotSupported);
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

std::expected<void, ErrorFields> check_text(Bytes message) {
  if (message.empty()) return refuse(kMalformed, "The message is empty.");
  if (message.contains('\0')) return refuse(kMalformed, "The message contains a zero byte.");
  return {};
}

std::expected<Sha256Digest, ErrorFields> read_proof(std::string_view value) {
  const auto bytes = base64_decode(value);
  Sha256Digest proof;
  if (!bytes || bytes->size() != proof.size()) return refuse(kMalformed, "The proof is malformed.");
  bytes->copy(proof.data(), proof.size());
  return proof;
}

}  // namespace

ScramExchange::ScramExchange(ScramChallenge challenge, Bytes random, std::string server_end_point)
    : challenge_(std::move(challenge)),
      server_end_point_(std::move(server_end_point)),
      server_nonce_(base64_encode(random)) {}

std::string ScramExchange::mechanisms() const {
  std::string list;
  if (!server_end_point_.empty()) append_c_string(list, kScramPlusMechanism);
  append_c_string(list, kScramMechanism);
  list.push_back('\0');
  return list;
}

bool ScramExchange::choose(std::string_view mechanism) {
  is_plus_ = mechanism == kScramPlusMechanism && !server_end_point_.empty();
  return is_plus_ || mechanism == kScramMechanism;
}

std::expected<std::optional<Bytes>, ErrorFields> ScramExchange::on_initial_response(Bytes body) {
  ByteReader reader(body);
  const auto mechanism = reader.c_string();
  if (!mechanism) return refuse("invalid string in message");
  if (!choose(*mechanism)) return refuse("client selected an invalid SASL authentication mechanism");
  const auto length = reader.int32();
  if (!length || *length < -1) return refuse("insufficient data left in message");
  std::optional<Bytes> response;
  if (*length >= 0) {
    response = reader.take(static_cast<std::size_t>(*length));
    if (!response) return refuse("insufficient data left in message");
  }
  if (!reader.is_empty()) return refuse("invalid message format");
  return response;
}

// The part before the client-first-message-bare.
std::expected<ScramExchange::Gs2Header, ErrorFields> ScramExchange::read_gs2_header(std::string_view message) const {
  const auto flag = read_binding_flag(message);
  if (!flag) return std::unexpected(flag.error());
  auto rest = message.substr(flag->size());
  if (!rest.starts_with(',')) return refuse(kMalformed, "A comma is missing after the channel-binding flag.");
  rest.remove_prefix(1);
  if (rest.starts_with('a')) return refuse_unsupported("client uses authorization identity, but it is not supported");
  if (!rest.starts_with(',')) return refuse(kMalformed, "A comma is missing in front of the user name.");
  rest.remove_prefix(1);
  if (rest.starts_with('m')) return refuse_unsupported("client requires an unsupported SCRAM extension");
  return Gs2Header{.text = message.substr(0, message.size() - rest.size()), .rest = rest};
}

// A client that could bind and was not told that we can has met somebody in between.
std::expected<std::string_view, ErrorFields> ScramExchange::read_binding_flag(std::string_view message) const {
  switch (message.front()) {
    case 'y':
      if (!is_plus_ && !server_end_point_.empty()) {
        return refuse("SCRAM channel binding negotiation error",
                      "The client supports SCRAM channel binding but thinks the server does not.  However, this server "
                      "does support channel binding.",
                      sqlstate::kInvalidAuthorization);
      }
      [[fallthrough]];
    case 'n':
      if (is_plus_) return refuse(kMalformed, "The client chose to bind to the channel, and does not.");
      return message.substr(0, 1);
    case 'p':
      break;
    default:
      return refuse(kMalformed, "The channel-binding flag is unknown.");
  }
  if (!is_plus_) return refuse(kMalformed, "The client binds to a channel, with a mechanism that does not.");
  const auto flag = message.substr(0, message.find(','));
  if (!flag.starts_with("p=")) return refuse(kMalformed, "The type of the channel binding is missing.");
  if (flag.substr(2) != kBindingType) return refuse("unsupported SCRAM channel-binding type");
  return flag;
}

std::expected<void, ErrorFields> ScramExchange::check_binding(std::string_view attribute) const {
  if (attribute == base64_encode(gs2_header_ + (is_plus_ ? server_end_point_ : std::string()))) return {};
  if (is_plus_) return refuse("SCRAM channel binding check failed", {}, sqlstate::kInvalidAuthorization);
  return refuse("unexpected SCRAM channel-binding attribute in client-final-message");
}

std::expected<std::string, ErrorFields> ScramExchange::on_client_first(Bytes message) {
  if (auto text = check_text(message); !text) return std::unexpected(std::move(text.error()));
  const auto header = read_gs2_header(message);
  if (!header) return std::unexpected(header.error());

  ScramAttributes attributes(header->rest);
  if (const auto user = attributes.take('n'); !user) return refuse(kMalformed, user.error());
  const auto client_nonce = attributes.take('r');
  if (!client_nonce) return refuse(kMalformed, client_nonce.error());
  if (!is_printable(*client_nonce)) return refuse("non-printable characters in SCRAM nonce");
  while (!attributes.is_empty()) {
    if (const auto extension = attributes.take_any(); !extension) return refuse(kMalformed, extension.error());
  }

  gs2_header_ = header->text;
  client_first_bare_ = header->rest;
  nonce_ = std::string(*client_nonce) + server_nonce_;
  server_first_ =
      "r=" + nonce_ + ",s=" + base64_encode(challenge_.salt) + ",i=" + std::to_string(challenge_.iterations);
  return server_first_;
}

std::expected<ScramProof, ErrorFields> ScramExchange::on_client_final(Bytes message) {
  if (auto text = check_text(message); !text) return std::unexpected(std::move(text.error()));
  ScramAttributes attributes(message);
  const auto channel_binding = attributes.take('c');
  if (!channel_binding) return refuse(kMalformed, channel_binding.error());
  if (const auto bound = check_binding(*channel_binding); !bound) return std::unexpected(bound.error());
  const auto nonce = attributes.take('r');
  if (!nonce) return refuse(kMalformed, nonce.error());

  auto before_proof = attributes.rest();
  auto attribute = attributes.take_any();
  while (attribute && attribute->name != 'p') {
    before_proof = attributes.rest();
    attribute = attributes.take_any();
  }
  if (!attribute) return refuse(kMalformed, attribute.error());
  const auto proof = read_proof(attribute->value);
  if (!proof) return std::unexpected(proof.error());
  if (!attributes.is_empty()) return refuse(kMalformed, "Something follows the proof.");
  if (!is_equal_in_constant_time(*nonce, nonce_)) return refuse("invalid SCRAM response", "Nonce does not match.");

  const auto without_proof = message.substr(0, message.size() - before_proof.size() - 1);
  auto auth_message = client_first_bare_ + ',' + server_first_ + ',';
  auth_message.append(without_proof);
  return ScramProof{.auth_message = std::move(auth_message), .client_proof = *proof};
}

bool is_right_proof(const ScramProof& proof, const ScramKeys& keys) {
  auto client_key = hmac_sha256(bytes_of(keys.stored_key), proof.auth_message);
  for (std::size_t i = 0; i < client_key.size(); ++i)
    client_key[i] = static_cast<char>(client_key[i] ^ proof.client_proof[i]);
  const auto stored_key = sha256(bytes_of(client_key));
  cleanse(client_key.data(), client_key.size());
  return is_equal_in_constant_time(bytes_of(stored_key), bytes_of(keys.stored_key));
}

std::string server_final_message(const ScramProof& proof, const ScramKeys& keys) {
  return "v=" + base64_encode(bytes_of(hmac_sha256(bytes_of(keys.server_key), proof.auth_message)));
}

}  // namespace howdah::protocol
