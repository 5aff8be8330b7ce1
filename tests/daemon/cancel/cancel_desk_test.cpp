#include "daemon/cancel/cancel_desk.h"

#include <boost/test/unit_test.hpp>

#include "tests/support/play/cancel_target.h"
#include "tests/support/play/manual_loop.h"
#include "tests/support/play/seeded_random.h"

namespace howdah::cancel {

namespace {

struct Place final : Elsewhere {
  [[nodiscard]] bool take(const protocol::CancelRequest& request, const CancelHold& its_hold) override {
    asked.push_back(request.process_id);
    if (takes) hold = its_hold;
    return takes;
  }
  bool takes = false;
  std::vector<int> asked;
  CancelHold hold;
};

struct Desk {
  Desk() {
    desk.add(first);
    desk.add(second);
  }
  // Whether the one who asked was told that it is over.
  bool request(std::int32_t process_id, const std::string& key, Bearer bearer = Bearer::Client) {
    bool is_over = false;
    loop.turn([&] {
      desk.take({.process_id = process_id, .key = key}, bearer,
                CancelHold(&loop, [&](const void*) { is_over = true; }));
    });
    first.hold = second.hold = nullptr;
    return is_over;
  }

  tests::ManualLoop loop;
  tests::SeededRandom random;
  KeyRegistry keys{random};
  CancelDesk desk{keys};
  tests::CancelTarget ann{loop};
  Place first;
  Place second;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cancel_desk)

BOOST_AUTO_TEST_CASE(who_has_the_key_here_gets_the_request_and_nobody_else_is_asked) {
  Desk desk;
  const auto key = desk.keys.add(desk.ann, 7, 4, 3);
  BOOST_TEST(desk.request(7, key.secret));
  BOOST_TEST(desk.request(7, key.secret, Bearer::Peer));
  BOOST_TEST(desk.ann.requests == 2);
  BOOST_TEST(desk.first.asked.empty());
}

BOOST_AUTO_TEST_CASE(others_are_asked_in_order_until_one_takes_it_on) {
  Desk desk;
  BOOST_TEST(desk.request(7, "abcd"));
  BOOST_TEST(desk.first.asked.size() == 1U);
  BOOST_TEST(desk.second.asked.size() == 1U);
  desk.first.takes = true;
  desk.request(8, "abcd");
  BOOST_TEST(desk.first.asked.size() == 2U);
  BOOST_TEST(desk.second.asked.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_nobody_has_is_asked_of_the_other_process_whoever_brings_it) {
  Desk desk;
  int asked = 0;
  desk.keys.set_other_process([&](const CancelKey&, const CancelHold&) { ++asked; });
  BOOST_TEST(desk.request(7, "abcd"));
  BOOST_TEST(desk.request(7, "abcd", Bearer::Peer));
  BOOST_TEST(asked == 2);
  desk.first.takes = true;
  desk.request(7, "abcd");
  BOOST_TEST(asked == 2);
}

BOOST_AUTO_TEST_CASE(what_a_peer_brings_goes_to_no_other_peer) {
  Desk desk;
  desk.first.takes = true;
  BOOST_TEST(desk.request(7, "abcd", Bearer::Peer));
  BOOST_TEST(desk.first.asked.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::cancel
