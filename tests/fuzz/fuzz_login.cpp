// A whole log-in, from a load balancer's header to the last message: whatever comes, in whatever pieces, nobody gets in
// who is not trusted, and what is said does not depend on the pieces.
#include <arpa/inet.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "daemon/client/login_conversation.h"
#include "daemon/io/proxy_header.h"
#include "tests/fuzz/promise.h"
#include "tests/support/fixed_random.h"

namespace howdah::fuzz {

namespace {

using client::LoginConversation;
using Stage = LoginConversation::Stage;

constexpr const char* kTrusted = "10.0.0.9";

config::AuthRule rule_for(const char* address, config::AuthMethod method) {
  config::Origin origin{.kind = config::Origin::Kind::Address, .address = std::string(4, '\0'), .prefix_bits = 32};
  inet_pton(AF_INET, address, origin.address.data());
  return {.origin = origin, .method = method};
}

// Everybody must know a password that nobody can guess, but who a balancer says comes from kTrusted.
std::shared_ptr<const config::Settings> settings_for(unsigned kind) {
  constexpr config::AuthMethod kMethods[] = {config::AuthMethod::ScramSha256, config::AuthMethod::Md5,
                                             config::AuthMethod::Password, config::AuthMethod::Reject};
  auto settings = std::make_shared<config::Settings>();
  settings->auth = {rule_for(kTrusted, config::AuthMethod::Trust), {.method = kMethods[kind % 4]}};
  settings->users["ann"].name = "ann";
  settings->users["ann"].password =
      "SCRAM-SHA-256$1:MDEyMzQ1Njc4OWFiY2RlZg==$"
      "cnJQF5ySluikJLan9NIXwKgZK9aAnIv9ZlMu7NDB2mE=:"
      "kwt4TPEue+YO2ho8baN7uI7YO97PsnUhAdyCXHY62tI=";
  if (kind & 4) settings->client.proxy_protocol.from = {{.kind = config::Origin::Kind::Local}};
  if (kind & 8) settings->client.max_logins = 0;
  if (kind & 16) {
    settings->instance = 2;
    settings->peers_secret = "a secret that nobody can guess";
  }
  return settings;
}

struct House {
  explicit House(unsigned kind)
      : settings(settings_for(kind)), secrets(std::make_shared<auth::SecretStore>(*settings)), server_secrets(random) {}

  std::shared_ptr<const config::Settings> settings;
  tests::FixedRandom random;
  std::shared_ptr<const auth::SecretStore> secrets;
  auth::ServerSecrets server_secrets;
  client::Admission admission;
};

void do_errand(LoginConversation& conversation, std::string& said) {
  const auto errand = conversation.take_errand();
  const auto* work = std::get_if<auth::HashWork>(&errand);
  promise(work != nullptr, "only hashes are asked for");
  conversation.on_answer(work->run(), said);
}

// What it says, and how it ends.
std::string play(unsigned kind, protocol::Bytes bytes, std::size_t piece_bytes) {
  House house(kind);
  LoginConversation conversation({.settings = house.settings,
                                  .secrets = house.secrets,
                                  .server_secrets = house.server_secrets,
                                  .random = house.random,
                                  .admission = house.admission},
                                 {});
  std::string said;
  std::string unread;
  while (true) {
    const std::string exact(unread);
    unread.erase(0, conversation.on_bytes(exact, said));
    if (conversation.stage() == Stage::Asking) {
      do_errand(conversation, said);
      continue;
    }
    const bool is_over = conversation.stage() == Stage::Accepted || conversation.stage() == Stage::Ended ||
                         conversation.stage() == Stage::Cancelling;
    if (is_over || bytes.empty()) break;
    unread += bytes.substr(0, piece_bytes);
    bytes.remove_prefix(std::min(bytes.size(), piece_bytes));
  }
  promise(unread.size() - std::min(unread.size(), piece_bytes) <=
              protocol::kMaxStartupPacketBytes + auth::ClientAuthentication::kMaxMessageBytes,
          "what is kept is bounded");
  if (conversation.stage() == Stage::Accepted) {
    promise(conversation.peer().text().starts_with(kTrusted), "nobody gets in without a password");
  }
  promise(conversation.stage() != Stage::Cancelling || !conversation.is_from_peer(), "no peer is believed unproved");
  conversation.on_end_of_file(said);
  return said + static_cast<char>(conversation.stage());
}

}  // namespace

}  // namespace howdah::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace howdah::fuzz;
  if (size < 2) return 0;
  const auto bytes = view_of(data + 2, size - 2);
  const auto whole = play(data[0], bytes, SIZE_MAX);
  promise(play(data[0], bytes, 1 + data[1] % 64) == whole, "pieces change nothing");
  return 0;
}
