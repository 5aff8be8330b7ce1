// The packet of a forwarded cancel: nobody is believed who does not know the secret, and who does is understood.
#include <algorithm>
#include <cstdint>
#include <string>

#include "protocol/peer_cancel.h"
#include "tests/fuzz/promise.h"

namespace howdah::fuzz {

namespace {

const protocol::PeerRequest kRequest{.from = 1, .to = 2, .nonce = std::string(protocol::kPeerNonceBytes, 'n')};

protocol::PeerExchange exchange() {
  return {protocol::SecretText("a secret that nobody can guess"), kRequest,
          std::string(protocol::kPeerNonceBytes, 'c')};
}

void check_hostile(protocol::Bytes bytes) {
  const auto size = protocol::peer_cancel_size(bytes);
  if (!size) return;
  if (!*size) return promise(bytes.size() < 4, "four bytes tell the size");
  if (bytes.size() < **size) return;
  promise(!exchange().open(std::string(bytes.substr(0, **size))), "nobody is believed who does not know the secret");
}

void check_own(protocol::Bytes bytes) {
  std::string key(bytes.substr(0, std::min(bytes.size(), protocol::kMostPeerKeyBytes)));
  key.resize(std::max<std::size_t>(key.size(), 4));
  const auto packet = exchange().seal({.process_id = 7, .key = key});
  const auto size = protocol::peer_cancel_size(packet);
  promise(size && *size && **size == packet.size(), "a packet has its size");
  const auto opened = exchange().open(packet);
  promise(opened && opened->key == key && opened->process_id == 7, "what was sealed is what is opened");
}

}  // namespace

}  // namespace howdah::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace howdah::fuzz;
  const auto bytes = view_of(data, size);
  check_hostile(bytes);
  check_own(bytes);
  return 0;
}
