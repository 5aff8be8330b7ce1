// A cancel between two instances: what is sent, and what is believed.
#include "protocol/peer_cancel.h"

#include <boost/test/unit_test.hpp>

#include "tests/support/startup_packets.h"

namespace howdah::protocol {

namespace {

constexpr std::uint32_t kPeer = 0x48570001;

const std::string kNonce(kPeerNonceBytes, 'n');
const std::string kChallenge(kPeerNonceBytes, 'c');

PeerExchange exchange(const std::string& secret = "the secret of all", const PeerRequest& request = {1, 2, kNonce},
                      const std::string& challenge = kChallenge) {
  return {SecretText(secret), request, challenge};
}

const CancelRequest kCancel{.process_id = 4711, .key = "\2abc"};

}  // namespace

BOOST_AUTO_TEST_SUITE(peer_cancel)

BOOST_AUTO_TEST_CASE(what_one_seals_the_other_opens_for_both_lengths_of_keys) {
  for (const std::size_t size : {4UZ, 32UZ}) {
    std::string key(size, 'k');
    key.front() = 2;
    const auto packet = exchange().seal({.process_id = -7, .key = key});
    BOOST_TEST(packet.find(key) == std::string::npos);
    BOOST_TEST(packet.find("kkk") == std::string::npos);
    BOOST_TEST(peer_cancel_size(packet).value().value() == packet.size());
    const auto cancel = exchange().open(packet);
    BOOST_REQUIRE(cancel.has_value());
    BOOST_TEST(cancel->process_id == -7);
    BOOST_TEST(cancel->key == key);
  }
}

BOOST_AUTO_TEST_CASE(a_packet_that_was_changed_anywhere_is_not_believed) {
  const auto packet = exchange().seal(kCancel);
  for (std::size_t at = 0; at < packet.size(); ++at) {
    auto changed = packet;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    BOOST_TEST(!exchange().open(changed).has_value());
  }
}

// Another connection, another receiver, another sender, another secret.
BOOST_AUTO_TEST_CASE(a_packet_is_good_for_what_both_have_said_and_for_nothing_else) {
  const auto packet = exchange().seal(kCancel);
  const std::string secret = "the secret of all";
  BOOST_TEST(exchange(secret, {1, 2, kNonce}, kChallenge).open(packet).has_value());
  BOOST_TEST(!exchange(secret, {1, 2, kNonce}, std::string(kPeerNonceBytes, 'x')).open(packet).has_value());
  BOOST_TEST(!exchange(secret, {1, 2, std::string(kPeerNonceBytes, 'x')}, kChallenge).open(packet).has_value());
  BOOST_TEST(!exchange(secret, {1, 3, kNonce}, kChallenge).open(packet).has_value());
  BOOST_TEST(!exchange(secret, {3, 2, kNonce}, kChallenge).open(packet).has_value());
  BOOST_TEST(!exchange("another secret", {1, 2, kNonce}, kChallenge).open(packet).has_value());
}

BOOST_AUTO_TEST_CASE(the_same_key_looks_different_each_time) {
  const auto one = exchange().seal(kCancel);
  const auto other = exchange("the secret of all", {1, 2, kNonce}, std::string(kPeerNonceBytes, 'x')).seal(kCancel);
  BOOST_TEST(one.substr(8, 4) != other.substr(8, 4));
}

BOOST_AUTO_TEST_CASE(lengths_are_judged_before_what_they_are_of) {
  const auto length = [](std::int32_t bytes) {
    std::string packet;
    append_int32(packet, bytes);
    return packet;
  };
  BOOST_TEST(!peer_cancel_size("").value().has_value());
  BOOST_TEST(!peer_cancel_size(std::string(3, '\0')).value().has_value());
  BOOST_TEST(peer_cancel_size(length(44)).value().value() == 44U);
  BOOST_TEST(peer_cancel_size(length(72)).value().value() == 72U);
  for (const std::int32_t wrong : {INT32_MIN, -1, 0, 4, 43, 73, INT32_MAX}) {
    BOOST_TEST(!peer_cancel_size(length(wrong)).has_value());
  }
}

BOOST_AUTO_TEST_CASE(a_request_is_a_first_packet_that_says_who_and_whom) {
  std::string packet;
  append_peer_request(packet, {.from = 1, .to = 255, .nonce = kNonce});
  BOOST_TEST(startup_packet_size(packet).value().value() == packet.size());
  const auto parsed = parse_startup_packet(packet);
  BOOST_REQUIRE(parsed.has_value());
  const auto& request = std::get<PeerRequest>(*parsed);
  BOOST_TEST(request.from == 1);
  BOOST_TEST(request.to == 255);
  BOOST_TEST(request.nonce == kNonce);
  for (std::size_t size = 1; size <= packet.size(); ++size) BOOST_TEST(may_begin_peer_request(packet.substr(0, size)));
}

BOOST_AUTO_TEST_CASE(a_request_of_another_length_is_refused_without_a_word) {
  for (const std::size_t size : {0UZ, 1UZ, 2UZ, 33UZ, 35UZ, 1000UZ}) {
    const auto parsed = parse_startup_packet(tests::coded_packet(kPeer, std::string(size, 'x')));
    BOOST_REQUIRE(!parsed.has_value());
    BOOST_TEST(!parsed.error().error.has_value());
  }
}

BOOST_AUTO_TEST_CASE(another_version_of_it_is_told_that_it_is_unknown) {
  const auto parsed = parse_startup_packet(tests::coded_packet(kPeer + 1, std::string(34, 'x')));
  BOOST_REQUIRE(!parsed.has_value());
  BOOST_TEST(parsed.error().error.value().message.starts_with("unsupported frontend protocol 18519.2"));
}

BOOST_AUTO_TEST_CASE(other_first_packets_are_no_requests) {
  BOOST_TEST(!may_begin_peer_request(tests::coded_packet(80877102, "12345678")));
  BOOST_TEST(!may_begin_peer_request(tests::startup_packet({{"user", "ann"}})));
  BOOST_TEST(!may_begin_peer_request("PROXY "));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
