#include "daemon/cancel/peer_reception.h"

namespace howdah::cancel {

namespace {

std::string make_challenge(os::RandomSource& random, std::string& out) {
  auto challenge = os::random_bytes(random, protocol::kPeerNonceBytes);
  out += challenge;
  return challenge;
}

}  // namespace

PeerReception::PeerReception(const config::Settings& settings, const protocol::PeerRequest& request,
                             os::RandomSource& random, std::string& out)
    : is_meant_(request.to == settings.instance),
      exchange_(protocol::SecretText(settings.peers_secret), request, make_challenge(random, out)) {}

// Whether we are meant is told by who knows the secret only.
std::expected<std::optional<protocol::CancelRequest>, std::string_view> PeerReception::read(
    protocol::Bytes bytes) const {
  const auto size = protocol::peer_cancel_size(bytes);
  if (!size) return std::unexpected(size.error());
  if (!*size || bytes.size() < **size) return std::nullopt;
  auto cancel = exchange_.open(bytes.substr(0, **size));
  if (!cancel) return std::unexpected("it does not know the secret");
  if (!is_meant_) return std::unexpected("it means another instance");
  return cancel;
}

}  // namespace howdah::cancel
