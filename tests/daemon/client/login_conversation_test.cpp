// A connection before its client is known. (semantics.md, 21 to 24)
#include "daemon/client/login_conversation.h"

#include <boost/test/unit_test.hpp>
#include <set>

#include "tests/support/frame_text.h"
#include "tests/support/frontend_messages.h"
#include "tests/support/play/seeded_random.h"
#include "tests/support/startup_packets.h"

namespace howdah::tests {

namespace {

using client::LoginConversation;
using Stage = LoginConversation::Stage;

constexpr std::uint32_t kSsl = 80877103;
constexpr std::uint32_t kGss = 80877104;
constexpr std::uint32_t kCancel = 80877102;

config::Settings settings_with(config::AuthMethod method) {
  config::Settings settings;
  settings.users["ann"] = {.name = "ann", .password = "secret", .pool_mode = {}};
  settings.auth = {{.method = method}};
  settings.client.max_connections = 2;
  return settings;
}

// What all connections of one test share.
struct House {
  explicit House(config::AuthMethod method = config::AuthMethod::Trust)
      : settings(std::make_shared<config::Settings>(settings_with(method))),
        secrets(std::make_shared<auth::SecretStore>(*settings)) {}

  [[nodiscard]] client::LoginEnvironment environment() {
    return {.settings = settings,
            .secrets = secrets,
            .server_secrets = server_secrets,
            .random = random,
            .admission = admission};
  }

  std::shared_ptr<const config::Settings> settings;
  SeededRandom random;
  std::shared_ptr<const auth::SecretStore> secrets;
  auth::ServerSecrets server_secrets{random};
  client::Admission admission;
};

// One connection: it keeps what the conversation has not taken, as a stream does.
class Connection {
 public:
  explicit Connection(House& house) : conversation_(house.environment(), {}) {}

  Connection& send(const std::string& bytes) {
    kept_ += bytes;
    kept_.erase(0, conversation_.on_bytes(kept_, out_));
    return *this;
  }
  Connection& check_password() {
    conversation_.on_answer(std::get<auth::HashWork>(conversation_.take_errand()).run(), out_);
    return *this;
  }
  [[nodiscard]] std::string hears() { return std::exchange(out_, {}); }
  [[nodiscard]] const std::string& kept() const { return kept_; }
  [[nodiscard]] bool is_in(Stage stage) const { return conversation_.stage() == stage; }
  LoginConversation& operator*() { return conversation_; }

 private:
  LoginConversation conversation_;
  std::string kept_;
  std::string out_;
};

const std::string kPeersSecret = "the secret of all";

std::shared_ptr<const config::Settings> with_peers() {
  auto settings = settings_with(config::AuthMethod::Trust);
  settings.instance = 2;
  settings.peers_secret = kPeersSecret;
  return std::make_shared<config::Settings>(settings);
}

std::string peer_request(const protocol::PeerRequest& request) {
  std::string packet;
  protocol::append_peer_request(packet, request);
  return packet;
}

protocol::PeerExchange peer_exchange(const protocol::PeerRequest& request, const std::string& challenge,
                                     const std::string& secret = kPeersSecret) {
  return {protocol::SecretText(secret), request, challenge};
}

const std::string kStartup = startup_packet({{"user", "ann"}, {"database", "shop"}});

}  // namespace

BOOST_AUTO_TEST_SUITE(login_conversation)

BOOST_AUTO_TEST_CASE(every_opening_ends_the_same_however_it_is_cut) {
  struct Case {
    const char* name;
    std::string bytes;
    Stage stage;
    std::string answer;
  };
  const std::string too_new = coded_packet(0x00040000, std::string(1, '\0'));
  const Case cases[] = {
      {"a startup packet", kStartup, Stage::Accepted, "R"},
      {"TLS is refused, and the startup follows", coded_packet(kSsl) + kStartup, Stage::Accepted, "N"},
      {"GSS is refused, then TLS", coded_packet(kGss) + coded_packet(kSsl) + kStartup, Stage::Accepted, "N"},
      {"TLS a second time", coded_packet(kSsl) + coded_packet(kSsl), Stage::Ended, "N"},
      {"a cancel request", coded_packet(kCancel, std::string("\0\0\0\7abcd", 8)), Stage::Cancelling, ""},
      {"a protocol that is not ours", too_new, Stage::Ended, "E"},
      {"no packet at all", std::string(20, '\xff'), Stage::Ended, ""},
      {"a newer minor version is negotiated", startup_packet({{"user", "ann"}}, 0x00030009), Stage::Accepted, "v"},
      {"replication", startup_packet({{"user", "ann"}, {"replication", "true"}}), Stage::Ended, "E"},
  };
  for (const auto& one : cases) {
    BOOST_TEST_CONTEXT(one.name) {
      House house;
      Connection whole(house);
      const auto answer = whole.send(one.bytes).hears();
      BOOST_TEST(whole.is_in(one.stage));
      BOOST_TEST(answer.substr(0, 1) == one.answer);
      House other;
      Connection cut(other);
      for (const char byte : one.bytes) cut.send(std::string(1, byte));
      BOOST_TEST(cut.is_in(one.stage));
      BOOST_TEST(cut.hears() == answer);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_peer_that_knows_the_secret_brings_a_cancel_however_it_is_cut) {
  for (const bool is_cut : {false, true}) {
    House house;
    house.settings = with_peers();
    Connection connection(house);
    const auto send = [&](const std::string& bytes) {
      if (!is_cut) return void(connection.send(bytes));
      for (const char byte : bytes) connection.send(std::string(1, byte));
    };
    const protocol::PeerRequest request{.from = 1, .to = 2, .nonce = std::string(32, 'n')};
    send(peer_request(request));
    const auto challenge = connection.hears();
    BOOST_REQUIRE(challenge.size() == 32U);
    BOOST_TEST(connection.is_in(Stage::WaitingForPeerCancel));
    send(peer_exchange(request, challenge).seal({.process_id = 7, .key = "\2abc"}));
    BOOST_TEST(connection.is_in(Stage::Cancelling));
    BOOST_TEST((*connection).is_from_peer());
    BOOST_TEST((*connection).cancel_request().process_id == 7);
    BOOST_TEST((*connection).cancel_request().key == "\2abc");
    BOOST_TEST(connection.hears().empty());
  }
}

BOOST_AUTO_TEST_CASE(a_peer_that_proves_nothing_or_means_another_is_closed_without_a_word) {
  struct Case {
    std::string secret;
    std::uint8_t to;
    std::string failure;
  };
  for (const auto& [secret, to, failure] : {Case{"not the secret of all", 2, "it does not know the secret"},
                                            Case{kPeersSecret, 3, "it means another instance"}}) {
    House house;
    house.settings = with_peers();
    Connection connection(house);
    const protocol::PeerRequest request{.from = 1, .to = to, .nonce = std::string(32, 'n')};
    const auto challenge = connection.send(peer_request(request)).hears();
    connection.send(peer_exchange(request, challenge, secret).seal({.process_id = 7, .key = "\2abc"}));
    BOOST_TEST(connection.is_in(Stage::Ended));
    BOOST_TEST((*connection).is_from_peer());
    BOOST_TEST((*connection).failure() == "a peer's cancel: " + failure);
    BOOST_TEST(connection.hears().empty());
  }
  House house;
  house.settings = with_peers();
  Connection connection(house);
  BOOST_TEST(connection.send(peer_request({.from = 1, .to = 2, .nonce = std::string(32, 'n')})).hears().size() == 32U);
  BOOST_TEST(connection.send("GET / HTTP/1.1").is_in(Stage::Ended));
  BOOST_TEST(connection.hears().empty());
}

BOOST_AUTO_TEST_CASE(challenges_are_never_the_same) {
  House house;
  house.settings = with_peers();
  std::set<std::string> challenges;
  for (int i = 0; i < 100; ++i) {
    Connection connection(house);
    connection.send(peer_request({.from = 1, .to = 2, .nonce = std::string(32, 'n')}));
    BOOST_TEST(challenges.insert(connection.hears()).second);
  }
}

BOOST_AUTO_TEST_CASE(without_a_number_or_a_secret_a_peer_is_met_as_postgresql_meets_it) {
  for (const bool has_number : {false, true}) {
    House house;
    auto settings = settings_with(config::AuthMethod::Trust);
    if (has_number) settings.instance = 2;
    if (!has_number) settings.peers_secret = kPeersSecret;
    house.settings = std::make_shared<config::Settings>(settings);
    Connection connection(house);
    connection.send(peer_request({.from = 1, .to = 2, .nonce = std::string(32, 'n')}));
    BOOST_TEST(connection.is_in(Stage::Ended));
    BOOST_TEST(connection.hears().find("unsupported frontend protocol 18519.1") != std::string::npos);
  }
}

// On the machine of the load balancer a peer sends no header of the PROXY protocol.
BOOST_AUTO_TEST_CASE(a_peer_may_come_without_a_proxy_header_and_nobody_else) {
  auto settings = *with_peers();
  settings.client.proxy_protocol.from = {{.kind = config::Origin::Kind::Local}};
  const protocol::PeerRequest request{.from = 1, .to = 2, .nonce = std::string(32, 'n')};
  House house;
  house.settings = std::make_shared<config::Settings>(settings);
  Connection peer(house);
  for (const char byte : peer_request(request)) peer.send(std::string(1, byte));
  BOOST_TEST(peer.hears().size() == 32U);
  for (const auto& other : {kStartup, coded_packet(kCancel, std::string("\0\0\0\7abcd", 8))}) {
    BOOST_TEST(Connection(house).send(other).is_in(Stage::Ended));
  }
  Connection with_header(house);
  BOOST_TEST(with_header.send("PROXY UNKNOWN\r\n" + peer_request(request)).hears().size() == 32U);
}

BOOST_AUTO_TEST_CASE(a_cancel_request_tells_its_process_and_key) {
  House house;
  Connection connection(house);
  connection.send(coded_packet(kCancel, std::string("\0\0\0\7", 4) + std::string(32, 'k')));
  BOOST_TEST((*connection).cancel_request().process_id == 7);
  BOOST_TEST((*connection).cancel_request().key == std::string(32, 'k'));
}

BOOST_AUTO_TEST_CASE(what_follows_the_log_in_is_left_to_the_session) {
  House house;
  Connection connection(house);
  connection.send(kStartup + query("SELECT 1"));
  BOOST_TEST(connection.is_in(Stage::Accepted));
  BOOST_TEST(connection.kept() == query("SELECT 1"));
}

BOOST_AUTO_TEST_CASE(a_password_is_checked_off_the_loop_and_bytes_wait_meanwhile) {
  House house(config::AuthMethod::Password);
  Connection connection(house);
  BOOST_TEST(backend_text(connection.send(kStartup).hears()) == "R");
  connection.send(message('p', std::string("secret\0", 7)) + query("SELECT 1"));
  BOOST_TEST(connection.is_in(Stage::Asking));
  BOOST_TEST(connection.hears() == "");
  connection.check_password();
  BOOST_TEST(connection.is_in(Stage::Accepted));
  BOOST_TEST(connection.kept() == query("SELECT 1"));
}

BOOST_AUTO_TEST_CASE(a_wrong_password_ends_it_and_is_named_for_the_log) {
  House house(config::AuthMethod::Password);
  Connection connection(house);
  connection.send(kStartup).send(message('p', std::string("wrong\0", 6))).check_password();
  BOOST_TEST(connection.is_in(Stage::Ended));
  BOOST_TEST(backend_text(connection.hears()) == "R E(FATAL 28P01 password authentication failed for user \"ann\")");
  BOOST_TEST((*connection).failure() == "password authentication failed for user \"ann\"");
}

BOOST_AUTO_TEST_CASE(another_message_instead_of_a_password_ends_it) {
  House house(config::AuthMethod::Password);
  Connection connection(house);
  connection.send(kStartup).send(query("SELECT 1"));
  BOOST_TEST(connection.is_in(Stage::Ended));
}

BOOST_AUTO_TEST_CASE(a_full_house_is_told_before_anything_is_asked) {
  House house(config::AuthMethod::Password);
  Connection first(house);
  Connection second(house);
  first.send(kStartup);
  {
    Connection third(house);
    second.send(kStartup);
    BOOST_TEST(backend_text(third.send(kStartup).hears()) == "E(FATAL 53300 sorry, too many clients already)");
    BOOST_TEST(third.is_in(Stage::Ended));
  }
  BOOST_TEST(house.admission.count() == 2);
}

BOOST_AUTO_TEST_CASE(a_seat_is_given_back_by_whoever_does_not_get_in) {
  House house(config::AuthMethod::Reject);
  {
    Connection connection(house);
    BOOST_TEST(backend_text(connection.send(kStartup).hears()).starts_with("E(FATAL 28000"));
    BOOST_TEST(house.admission.count() == 1);
  }
  BOOST_TEST(house.admission.count() == 0);
}

BOOST_AUTO_TEST_CASE(the_console_needs_no_seat) {
  for (const auto* name : {"howdah", "pgbouncer"}) {
    House house;
    std::vector<std::unique_ptr<Connection>> connections;
    for (int i = 0; i < 5; ++i) {
      auto& one = *connections.emplace_back(std::make_unique<Connection>(house));
      BOOST_TEST(one.send(startup_packet({{"user", "ann"}, {"database", name}})).is_in(Stage::Accepted));
    }
    BOOST_TEST(house.admission.count() == 0);
  }
}

BOOST_AUTO_TEST_CASE(nobody_gets_in_where_no_rule_matches) {
  House house;
  auto settings = *house.settings;
  settings.auth = {{.databases = {"other"}, .method = config::AuthMethod::Trust}};
  house.settings = std::make_shared<config::Settings>(settings);
  Connection connection(house);
  BOOST_TEST(connection.send(kStartup).is_in(Stage::Ended));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
