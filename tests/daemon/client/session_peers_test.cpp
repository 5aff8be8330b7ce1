// A cancel that another instance forwards: what it does, and when the peer hears of it.
#include <boost/test/unit_test.hpp>

#include "protocol/peer_cancel.h"
#include "tests/support/frame_text.h"
#include "tests/support/play/play.h"

namespace howdah::tests {

namespace {

const std::string kSecret = "the secret of all";
const protocol::PeerRequest kRequest{.from = 1, .to = 2, .nonce = std::string(protocol::kPeerNonceBytes, 'n')};

config::Settings second_instance() {
  auto settings = one_pool(1);
  settings.instance = 2;
  settings.peers_secret = kSecret;
  settings.client.login_timeout = std::chrono::seconds(5);
  return settings;
}

struct Playing {
  Playing() {
    play.are_cancels_automatic = false;
    for_each_frame(ann.take_bytes(), [&](char type, protocol::Bytes body) {
      if (type == 'K') key = {.process_id = protocol::read_int32(body), .key = std::string(body.substr(4))};
    });
  }
  // Has asked and has its challenge.
  Client& peer(std::string& challenge) {
    std::string packet;
    protocol::append_peer_request(packet, kRequest);
    auto& peer = play.connect().send(packet);
    challenge = peer.take_bytes();
    return peer;
  }
  // Has proved itself, or tried to.
  Client& forward(const std::string& secret = kSecret) {
    std::string challenge;
    auto& one = peer(challenge);
    return one.send(protocol::PeerExchange(protocol::SecretText(secret), kRequest, challenge).seal(key));
  }

  Play play{second_instance()};
  Client& ann = play.start_log_in();
  protocol::CancelRequest key;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(session_peers)

BOOST_AUTO_TEST_CASE(a_peer_hears_of_the_end_when_the_cancel_can_hit_nothing_more) {
  Playing playing;
  auto& play = playing.play;
  playing.ann.send(query("SLEEP 1"));
  auto& peer = playing.forward();
  BOOST_TEST(peer.take_bytes() == "");
  BOOST_TEST(play.server(1).cancel_arrives() == "1");
  BOOST_TEST(!peer.is_closed());
  play.loop.turn([&] { play.server(1).cancel_ends(); });
  play.run();
  BOOST_TEST(peer.take_bytes() == "D");
  BOOST_TEST(peer.is_closed());
  BOOST_TEST(playing.ann.hears() == "E(57014 canceling statement due to user request) Z(I)");
}

BOOST_AUTO_TEST_CASE(a_peer_whose_key_nobody_has_hears_at_once_that_it_is_done) {
  Playing playing;
  playing.key.key.back() = static_cast<char>(playing.key.key.back() ^ 1);
  playing.ann.send(query("SLEEP 1"));
  BOOST_TEST(playing.forward().take_bytes() == "D");
  BOOST_TEST(playing.play.script(1).is_asleep());
}

BOOST_AUTO_TEST_CASE(a_peer_that_is_not_believed_hears_nothing_and_does_nothing) {
  Playing playing;
  playing.ann.send(query("SLEEP 1"));
  auto& peer = playing.forward("not the secret of all");
  BOOST_TEST(peer.take_bytes() == "");
  BOOST_TEST(peer.is_closed());
  BOOST_TEST(!playing.play.server(1).has_cancel());
  BOOST_TEST(playing.play.log_text().find("it does not know the secret") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_silent_peer_is_closed_without_a_word_after_login_timeout_and_in_a_drain) {
  for (const bool is_drained : {false, true}) {
    Playing playing;
    std::string challenge;
    auto& peer = playing.peer(challenge);
    BOOST_TEST(challenge.size() == protocol::kPeerNonceBytes);
    is_drained ? playing.play.drain() : playing.play.pass(std::chrono::seconds(6));
    BOOST_TEST(peer.is_closed());
    BOOST_TEST(peer.take_bytes() == "");
  }
}

// The number is the key's first byte; a process id of a server goes with one short key.
BOOST_AUTO_TEST_CASE(clients_get_keys_that_name_the_instance) {
  Playing playing;
  BOOST_TEST(playing.key.key.size() == 4U);
  BOOST_TEST(playing.key.key.front() == 2);
  auto& bob = playing.play.log_in();
  auto& eve = playing.play.log_in();
  BOOST_TEST(bob.process_id() != playing.key.process_id);
  BOOST_TEST(bob.process_id() != eve.process_id());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
