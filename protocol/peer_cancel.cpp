#include "protocol/peer_cancel.h"

namespace howdah::protocol {

namespace {

constexpr std::int32_t kCode = (static_cast<std::int32_t>(kPeerMajor) << 16) | kPeerMinor;
constexpr std::size_t kRequestBytes = 8 + 2 + kPeerNonceBytes;
constexpr std::size_t kFrontBytes = 8;  // length and process id
constexpr std::size_t kProofBytes = sizeof(Sha256Digest);
constexpr std::size_t kLeastKeyBytes = 4;

// What the two uses of the secret differ in.
constexpr std::string_view kCipherLabel = "howdah peer cancel, cipher:";
constexpr std::string_view kProofLabel = "howdah peer cancel, proof:";

std::string request_header() {
  std::string header;
  append_int32(header, static_cast<std::int32_t>(kRequestBytes));
  append_int32(header, kCode);
  return header;
}

}  // namespace

void append_peer_request(std::string& out, const PeerRequest& request) {
  out += request_header();
  out.push_back(static_cast<char>(request.from));
  out.push_back(static_cast<char>(request.to));
  out += request.nonce;
}

bool may_begin_peer_request(Bytes bytes) {
  const auto header = request_header();
  return bytes.starts_with(Bytes(header).substr(0, bytes.size()));
}

std::expected<std::optional<std::size_t>, std::string_view> peer_cancel_size(Bytes bytes) {
  constexpr auto kLeast = static_cast<std::int32_t>(kFrontBytes + kLeastKeyBytes + kProofBytes);
  constexpr auto kMost = static_cast<std::int32_t>(kFrontBytes + kMostPeerKeyBytes + kProofBytes);
  const auto length = ByteReader(bytes).int32();
  if (!length) return std::nullopt;
  if (*length < kLeast || *length > kMost) return std::unexpected("a wrong length");
  return static_cast<std::size_t>(*length);
}

PeerExchange::PeerExchange(SecretText secret, const PeerRequest& request, Bytes challenge)
    : secret_(std::move(secret)) {
  append_peer_request(said_, request);
  said_ += challenge;
}

// A stream of one block, which is never used again: both sides have put random bytes into it.
std::string PeerExchange::encrypted(Bytes key) const {
  const auto stream = hmac_sha256(secret_.view(), std::string(kCipherLabel) + said_);
  std::string result(key);
  for (std::size_t at = 0; at < result.size(); ++at) result[at] = static_cast<char>(result[at] ^ stream[at]);
  return result;
}

Sha256Digest PeerExchange::proof_of(Bytes front) const {
  return hmac_sha256(secret_.view(), (std::string(kProofLabel) + said_).append(front));
}

std::string PeerExchange::seal(const CancelRequest& cancel) const {
  std::string packet;
  append_int32(packet, static_cast<std::int32_t>(kFrontBytes + cancel.key.size() + kProofBytes));
  append_int32(packet, cancel.process_id);
  packet += encrypted(cancel.key);
  const auto proof = proof_of(packet);
  return packet.append(bytes_of(proof));
}

std::optional<CancelRequest> PeerExchange::open(Bytes packet) const {
  const auto front = packet.substr(0, packet.size() - kProofBytes);
  const auto proof = proof_of(front);
  if (!is_equal_in_constant_time(packet.substr(front.size()), bytes_of(proof))) return std::nullopt;
  return CancelRequest{.process_id = read_int32(front.substr(4)), .key = encrypted(front.substr(kFrontBytes))};
}

}  // namespace howdah::protocol
