// Cancels on their way to peers, in memory: the peers are sockets that the test reads and writes.
#include "daemon/cancel/peer_forwarder.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <tuple>

#include "tests/support/play/fake_stream.h"
#include "tests/support/play/manual_loop.h"
#include "tests/support/play/seeded_random.h"

namespace howdah::cancel {

namespace {

const std::string kSecret = "the secret of all";
constexpr std::size_t kRequestBytes = 42;
constexpr auto kFew = std::chrono::milliseconds(1);

config::Settings settings_with_peers() {
  config::Settings settings;
  settings.instance = 1;
  settings.peers_secret = kSecret;
  settings.peers["1"] = {.name = "1", .address = "127.0.0.1:1"};
  settings.peers["2"] = {.name = "2", .address = "127.0.0.1:2"};
  settings.peers["3"] = {.name = "3", .address = "three.example:3"};
  return settings;
}

using FakeSocketPointer = std::shared_ptr<tests::FakeSocket>;

std::string key_of(int instance) {
  return static_cast<char>(instance) + std::string("abc");
}

struct Forwarding {
  // The peers' sides of the connections, in the order in which they were made.
  [[nodiscard]] FakeSocketPointer connection(std::size_t number) { return sockets.at(number - 1); }
  bool request(int instance) { return request(key_of(instance)); }
  bool request(const std::string& key) {
    bool is_taken = false;
    loop.turn([&] {
      is_taken = forwarder.take({.process_id = 7, .key = key}, CancelHold(&loop, [&](const void*) { ++released; }));
      if (!is_taken) --released;  // nobody holds on to it
    });
    return is_taken;
  }
  void read(std::size_t number) {
    loop.turn([&] { connection(number)->read(); });
  }
  // As the peer: what the sender has to say to this challenge.
  std::string challenge(std::size_t number) {
    connection(number)->send(std::string(protocol::kPeerNonceBytes, 'c'));
    read(number);
    return connection(number)->receive();
  }
  void answer(std::size_t number, const std::string& bytes) {
    connection(number)->send(bytes);
    read(number);
  }
  void close(std::size_t number) {
    connection(number)->send_end_of_file();
    read(number);
  }
  void pass(worker::Duration duration) {
    loop.pass(duration, [] {});
  }
  void look_names_up() {
    for (const auto& work : std::exchange(look_ups, {})) loop.turn(work);
  }
  [[nodiscard]] PeerCounts counts(int peer) const { return figures.of(peer); }

  tests::ManualLoop loop;
  tests::SeededRandom random;
  std::string log_text;
  os::Log log{config::LogLevel::Info, config::LogFormat::Text,
              [this](std::string_view line) { (log_text += line) += '\n'; }};
  LiveSettings live{std::make_shared<const config::Settings>(settings_with_peers())};
  PeerFigures figures;
  std::vector<FakeSocketPointer> sockets;
  std::vector<std::function<void()>> look_ups;
  std::expected<std::vector<io::SocketAddress>, std::string> places = std::vector<io::SocketAddress>(1);
  std::string connect_error;
  int released = 0;
  PeerForwarder forwarder{
      {.live = live,
       .figures = figures,
       .log = log,
       .mailbox = loop,
       .call = {.agenda = loop.agenda(),
                .random = random,
                .connect = [this](const io::SocketAddress&) -> std::expected<std::unique_ptr<io::Stream>, std::string> {
                  if (!connect_error.empty()) return std::unexpected(connect_error);
                  sockets.push_back(std::make_shared<tests::FakeSocket>());
                  return std::make_unique<tests::FakeStream>(sockets.back(), loop.agenda());
                }},
       .look_up = [this](const config::ListenAddress&) { return places; },
       .run_on_thread =
           [this](std::function<void()> work) {
             look_ups.push_back(std::move(work));
             return true;
           }}};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(peer_forwarder)

BOOST_AUTO_TEST_CASE(a_cancel_reaches_the_peer_that_its_key_names_and_is_held_until_it_is_done) {
  Forwarding forwarding;
  BOOST_TEST(forwarding.request(2));
  const auto packet = forwarding.connection(1)->receive();
  const auto parsed = protocol::parse_startup_packet(packet);
  BOOST_REQUIRE(parsed.has_value());
  const auto& request = std::get<protocol::PeerRequest>(*parsed);
  BOOST_TEST(request.from == 1);
  BOOST_TEST(request.to == 2);
  const auto sealed = forwarding.challenge(1);
  const protocol::PeerExchange exchange(protocol::SecretText(kSecret), request,
                                        std::string(protocol::kPeerNonceBytes, 'c'));
  const auto cancel = exchange.open(sealed);
  BOOST_REQUIRE(cancel.has_value());
  BOOST_TEST(cancel->process_id == 7);
  BOOST_TEST(cancel->key == key_of(2));
  BOOST_TEST(forwarding.released == 0);
  BOOST_TEST(forwarding.counts(2).under_way == 1);
  forwarding.answer(1, "D");
  BOOST_TEST(forwarding.released == 1);
  BOOST_TEST(forwarding.connection(1)->is_closed());
  BOOST_TEST(forwarding.counts(2).forwarded == 1U);
  BOOST_TEST(forwarding.counts(2).under_way == 0);
  BOOST_TEST(forwarding.log_text == "");
}

BOOST_AUTO_TEST_CASE(keys_that_name_nobody_or_ourselves_or_a_stranger_stay_here) {
  Forwarding forwarding;
  for (const int number : {0, 1, 4, 255}) BOOST_TEST(!forwarding.request(number));
  BOOST_TEST(!forwarding.request("\2" + std::string(32, 'x')));
  for (const bool has_number : {false, true}) {
    auto settings = settings_with_peers();
    if (has_number) settings.peers_secret.clear();
    if (!has_number) settings.instance = 0;
    forwarding.live.publish(std::make_shared<const config::Settings>(settings));
    BOOST_TEST(!forwarding.request(2));
  }
  BOOST_TEST(forwarding.sockets.empty());
}

BOOST_AUTO_TEST_CASE(a_peer_that_closes_at_our_proof_has_refused_it) {
  Forwarding forwarding;
  forwarding.request(2);
  forwarding.challenge(1);
  forwarding.close(1);
  BOOST_TEST(forwarding.counts(2).refused == 1U);
  BOOST_TEST(forwarding.counts(2).last_failure == "its secret or its number is another one");
  BOOST_TEST(forwarding.released == 1);
}

BOOST_AUTO_TEST_CASE(a_peer_that_is_none_is_not_shown_the_proof) {
  Forwarding forwarding;
  forwarding.request(2);
  BOOST_TEST(forwarding.connection(1)->receive().size() == kRequestBytes);
  forwarding.answer(1, "E" + std::string(100, 'x'));
  BOOST_TEST(forwarding.connection(1)->receive() == "");
  BOOST_TEST(forwarding.counts(2).refused == 1U);
  BOOST_TEST(forwarding.released == 1);
}

BOOST_AUTO_TEST_CASE(a_silent_peer_is_given_up_after_five_seconds_with_those_behind_it) {
  Forwarding forwarding;
  constexpr int kCalls = 40;
  for (int i = 0; i < kCalls; ++i) forwarding.request(2);
  BOOST_TEST(forwarding.sockets.size() == PeerForwarder::kMostAtATime);
  BOOST_TEST(forwarding.counts(2).waiting == kCalls - 16);
  forwarding.pass(PeerCall::kLongest - kFew);
  BOOST_TEST(forwarding.released == 0);
  forwarding.pass(std::chrono::milliseconds(50));
  BOOST_TEST(forwarding.released == kCalls);
  BOOST_TEST(forwarding.counts(2).failed == static_cast<std::uint64_t>(kCalls));
  BOOST_TEST(forwarding.counts(2).waiting == 0);
  BOOST_TEST(forwarding.sockets.size() < 2 * PeerForwarder::kMostAtATime);
  for (const auto& socket : forwarding.sockets) BOOST_TEST(!socket->has_stream());
}

BOOST_AUTO_TEST_CASE(no_more_than_a_thousand_wait_for_a_peer) {
  Forwarding forwarding;
  for (std::size_t i = 0; i < PeerForwarder::kMostAtATime + PeerForwarder::kMostWaiting; ++i) forwarding.request(2);
  BOOST_TEST(forwarding.released == 0);
  forwarding.request(2);
  BOOST_TEST(forwarding.released == 1);
  BOOST_TEST(forwarding.counts(2).last_failure == "too many wait for it");
}

BOOST_AUTO_TEST_CASE(those_that_wait_follow_when_others_are_done) {
  Forwarding forwarding;
  for (int i = 0; i < 17; ++i) forwarding.request(2);
  BOOST_TEST(forwarding.sockets.size() == 16U);
  forwarding.challenge(1);
  forwarding.answer(1, "D");
  BOOST_TEST(forwarding.sockets.size() == 17U);
}

BOOST_AUTO_TEST_CASE(the_addresses_of_a_name_are_tried_one_after_the_other) {
  Forwarding forwarding;
  forwarding.places = std::vector<io::SocketAddress>(2);
  BOOST_TEST(forwarding.request(3));
  BOOST_TEST(forwarding.sockets.empty());
  forwarding.look_names_up();
  BOOST_TEST(forwarding.sockets.size() == 1U);
  forwarding.connection(1)->reset();
  forwarding.read(1);
  BOOST_TEST(forwarding.sockets.size() == 2U);
  forwarding.challenge(2);
  forwarding.answer(2, "D");
  BOOST_TEST(forwarding.counts(3).forwarded == 1U);
  forwarding.request(3);
  BOOST_TEST(forwarding.look_ups.empty());  // it is known for a while
  forwarding.connection(3)->reset();
  forwarding.read(3);
  forwarding.close(4);
  BOOST_TEST(forwarding.counts(3).failed == 1U);
  BOOST_TEST(forwarding.counts(3).last_failure == "it closed the connection");
  forwarding.pass(PeerForwarder::kPlacesTtl);
  forwarding.request(3);
  BOOST_TEST(forwarding.look_ups.size() == 1U);
}

BOOST_AUTO_TEST_CASE(where_nothing_can_be_reached_the_log_tells_the_first_time_and_when_it_is_over) {
  Forwarding forwarding;
  forwarding.connect_error = "connect: no route";
  forwarding.request(2);
  forwarding.request(2);
  BOOST_TEST(forwarding.released == 2);
  forwarding.connect_error.clear();
  forwarding.request(2);
  forwarding.challenge(1);
  forwarding.answer(1, "D");
  forwarding.places = std::unexpected("could not look up \"three.example\"");
  forwarding.request(3);
  forwarding.look_names_up();
  BOOST_TEST(forwarding.released == 4);
  const auto& log = forwarding.log_text;
  BOOST_TEST(std::ranges::count(log, '\n') == 3);
  BOOST_TEST(log.find("peer=2 address=127.0.0.1:2 error=\"connect: no route\"") != std::string::npos);
  BOOST_TEST(log.find("cancels are forwarded again peer=2") != std::string::npos);
  BOOST_TEST(log.find("peer=3 address=three.example:3 error=\"could not look up") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_peer_that_fails_now_and_then_is_told_of_once_in_a_minute) {
  Forwarding forwarding;
  for (std::size_t i = 1; i <= 10; ++i) {
    forwarding.request(2);
    forwarding.challenge(2 * i - 1);
    forwarding.close(2 * i - 1);
    forwarding.request(2);
    forwarding.challenge(2 * i);
    forwarding.answer(2 * i, "D");
  }
  BOOST_TEST(std::ranges::count(forwarding.log_text, '\n') == 2);
  forwarding.pass(PeerForwarder::kQuiet);
  forwarding.request(2);
  forwarding.challenge(21);
  forwarding.close(21);
  BOOST_TEST(std::ranges::count(forwarding.log_text, '\n') == 3);
  BOOST_TEST(forwarding.counts(2).refused == 11U);
}

BOOST_AUTO_TEST_CASE(a_reload_may_move_a_peer_or_take_it_away) {
  Forwarding forwarding;
  forwarding.request(3);
  auto settings = settings_with_peers();
  settings.peers.erase("3");
  forwarding.live.publish(std::make_shared<const config::Settings>(settings));
  forwarding.look_names_up();
  BOOST_TEST(forwarding.released == 1);
  BOOST_TEST(forwarding.counts(3).last_failure == "it is no peer any more");
  settings.peers["3"] = {.name = "3", .address = "127.0.0.1:3"};
  forwarding.live.publish(std::make_shared<const config::Settings>(settings));
  forwarding.request(3);
  BOOST_TEST(forwarding.sockets.size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_end_of_the_program_lets_go_of_all) {
  int released = 0;
  {
    Forwarding forwarding;
    for (int i = 0; i < 20; ++i) forwarding.request(2);
    forwarding.loop.turn([&] {
      std::ignore = forwarding.forwarder.take({.process_id = 7, .key = key_of(2)},
                                              CancelHold(&forwarding, [&](const void*) { ++released; }));
    });
  }
  BOOST_TEST(released == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::cancel
