// How a session ends: goodbyes, lost clients, lost servers, last words.
#include <boost/test/unit_test.hpp>

#include "tests/support/play/play.h"

namespace howdah::tests {

namespace {

using State = client::Session::State;
using std::chrono::seconds;

const std::string kShutdown = "E(FATAL 57P01 terminating connection due to administrator command)";

}  // namespace

BOOST_AUTO_TEST_SUITE(session_end)

BOOST_AUTO_TEST_CASE(a_goodbye_behind_a_pipeline_lets_the_replies_come_first) {
  for (const auto& request : {query("SELECT 1"), statement("SELECT 1") + sync(), statement("SELECT 1")}) {
    Play play(one_pool(1));
    auto& ann = play.log_in();
    ann.send(request + terminate() + query("SELECT 2"));
    BOOST_TEST(ann.hears().find("D(1) C(SELECT 1)") != std::string::npos);
    BOOST_TEST(ann.is_closed());
    BOOST_TEST(play.server_heard(1).find("SELECT 2") == std::string::npos);
    BOOST_TEST(play.pool().ledger().counts().idle == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_goodbye_of_a_waiter_that_asked_before_lets_it_have_its_answer) {
  Play play(one_pool(1));
  auto& holder = play.log_in();
  auto& ann = play.log_in();
  (void)holder.ask("BEGIN");
  ann.send(query("SELECT 1") + terminate());
  (void)holder.ask("COMMIT");
  BOOST_TEST(ann.hears() == "T D(1) C(SELECT 1) Z(I)");
  BOOST_TEST(ann.is_closed());
}

BOOST_AUTO_TEST_CASE(a_half_closed_client_hears_what_it_asked) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  ann.send(query("SLEEP 1") + query("SELECT 2"));
  ann.half_close();
  BOOST_TEST(ann.state() == State::Leased);
  play.script(1).wake();
  play.run();
  BOOST_TEST(ann.hears() == "T D(1) C(SELECT 1) Z(I) T D(2) C(SELECT 1) Z(I)");
  BOOST_TEST(ann.is_closed());
  BOOST_TEST(play.pool().ledger().counts().idle == 1U);
}

BOOST_AUTO_TEST_CASE(a_half_closed_client_is_waited_for_for_a_limited_time) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  ann.send(query("SLEEP 1"));
  ann.half_close();
  play.pass(seconds(9));
  BOOST_TEST(ann.state() == State::Leased);
  play.pass(seconds(2));
  BOOST_TEST(ann.state() == State::Ended);
  BOOST_TEST(play.server(1).cancel_count() == 1);
  BOOST_TEST(play.pool().ledger().counts().idle == 1U);
}

// A lost client in every state: nothing stays behind.
BOOST_AUTO_TEST_CASE(a_client_may_be_lost_in_every_state) {
  struct Case {
    State state;
    std::function<Client&(Play&)> reach;
  };
  const std::vector<Case> cases = {
      {State::LoggingIn, [](Play& play) -> Client& { return play.connect(); }},
      {State::Welcoming,
       [](Play& play) -> Client& {
         play.are_logins_automatic = false;
         return play.start_log_in();
       }},
      {State::Idle, [](Play& play) -> Client& { return play.log_in(); }},
      {State::Waiting,
       [](Play& play) -> Client& {
         play.log_in().send(query("BEGIN"));
         return play.log_in().send(query("SELECT 1"));
       }},
      {State::Leased, [](Play& play) -> Client& { return play.log_in().send(query("SLEEP 1")); }},
      {State::Leased, [](Play& play) -> Client& { return play.log_in().send(query("COPY IN")); }},
  };
  for (const auto& end : {&Client::reset, &Client::vanish, &Client::half_close}) {
    for (const auto& one : cases) {
      Play play(one_pool(1));
      auto& client = one.reach(play);
      BOOST_TEST((client.state() == one.state));
      (client.*end)();
      play.pass(seconds(20));
      BOOST_TEST((client.state() == State::Ended));
      BOOST_TEST(client.is_closed());
      BOOST_TEST(play.pool().ledger().counts().waiting == 0U);
    }
  }
}

// semantics.md, 28
BOOST_AUTO_TEST_CASE(a_server_that_dies_without_a_word_ends_its_client_with_one_fatal) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  BOOST_TEST(ann.ask("CLOSE") == "E(FATAL 08006 server closed the connection unexpectedly)");
  BOOST_TEST(ann.is_closed());
  BOOST_TEST(bob.ask("SELECT 1") == "T D(1) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(the_last_words_of_a_server_are_passed_on_once) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  BOOST_TEST(ann.ask("FATAL bye") == "E(FATAL 57P01 FATAL bye)");
  BOOST_TEST(ann.is_closed());
}

BOOST_AUTO_TEST_CASE(a_server_killed_in_an_open_transaction_tells_its_client_at_once) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  (void)ann.ask("BEGIN");
  play.script(1).die();
  play.run();
  BOOST_TEST(ann.hears() == "E(FATAL 57P01 FATAL terminating connection due to administrator command)");
  BOOST_TEST(ann.is_closed());
}

BOOST_AUTO_TEST_CASE(nothing_is_said_inside_a_frame) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  play.is_held = true;
  ann.send(query("BIG 1000 x"));
  play.loop.turn([&] { ann.socket().read(); });
  play.server(1).take_requests();
  play.server(1).give_replies(200);
  play.loop.turn([&] { play.server(1).socket().read(); });
  play.server(1).socket().reset();
  play.is_held = false;
  play.run();
  BOOST_TEST(ann.hears() == "T ...");
  BOOST_TEST(ann.is_closed());
}

BOOST_AUTO_TEST_CASE(a_server_that_breaks_the_protocol_is_closed_and_its_client_told) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  (void)ann.ask("BEGIN");
  play.script(1).say(message('C', std::string("SELECT 1\0", 9)));
  play.run();
  BOOST_TEST(ann.hears() == "E(FATAL 08006 server closed the connection unexpectedly)");
  BOOST_TEST(play.server(1).is_gone());
}

BOOST_AUTO_TEST_CASE(a_message_of_no_known_type_ends_the_session_behind_the_replies_due) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  ann.send(query("SELECT 1") + message('!'));
  BOOST_TEST(ann.hears() == "T D(1) C(SELECT 1) Z(I) E(FATAL 08P01 invalid frontend message type 33)");
  BOOST_TEST(ann.is_closed());
}

BOOST_AUTO_TEST_CASE(a_drain_tells_idle_clients_now_and_busy_ones_at_the_end_of_their_transaction) {
  Play play(one_pool(3));
  auto& idle = play.log_in();
  auto& busy = play.log_in();
  auto& pinned = play.log_in();
  (void)busy.ask("BEGIN");
  (void)pinned.ask("LISTEN news");
  play.drain();
  BOOST_TEST(idle.hears() == kShutdown);
  BOOST_TEST(pinned.hears() == kShutdown);
  BOOST_TEST(busy.ask("SELECT 1") == "T D(1) C(SELECT 1) Z(T)");
  BOOST_TEST(busy.ask("COMMIT") == "C(COMMIT) Z(I) " + kShutdown);
  BOOST_TEST(busy.is_closed());
  BOOST_TEST(play.backend.connection_count() == 0U);
}

BOOST_AUTO_TEST_CASE(a_drain_lets_a_request_under_way_finish) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  ann.send(query("SLEEP 1"));
  play.drain();
  BOOST_TEST(ann.hears() == "");
  play.script(1).wake();
  play.run();
  BOOST_TEST(ann.hears() == "T D(1) C(SELECT 1) Z(I) " + kShutdown);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
