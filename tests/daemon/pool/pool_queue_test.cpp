// Who gets a server, and when: the queue of a pool.
#include <boost/test/unit_test.hpp>

#include "tests/support/play/play.h"

namespace howdah::tests {

namespace {

const std::string kAnswer = "T D(x) C(SELECT 1) Z(I)";

// A client that holds a server until it says COMMIT.
void begin(Client& client) {
  BOOST_TEST(client.ask("BEGIN") == "C(BEGIN) Z(T)");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pool_queue)

BOOST_AUTO_TEST_CASE(waiters_are_served_in_the_order_of_their_arrival) {
  Play play(one_pool(1));
  auto& holder = play.log_in();
  std::vector<Client*> waiters;
  for (int i = 0; i < 20; ++i) waiters.push_back(&play.log_in());
  begin(holder);
  for (auto* waiter : waiters) waiter->send(query("BEGIN"));
  BOOST_TEST(play.pool().ledger().counts().waiting == 20U);
  auto* before = &holder;
  for (auto* waiter : waiters) {
    BOOST_TEST(waiter->hears() == "");
    before->send(query("COMMIT"));
    BOOST_TEST(waiter->hears() == "C(BEGIN) Z(T)");
    before = waiter;
  }
  BOOST_TEST(play.backend.servers().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_newcomer_does_not_overtake_those_who_wait) {
  Play play(one_pool(1));
  auto& holder = play.log_in();
  auto& first = play.log_in();
  begin(holder);
  first.send(query("BEGIN"));
  // The server becomes free and the holder asks again, all in one read.
  holder.send(query("COMMIT") + query("SELECT x"));
  BOOST_TEST(first.hears() == "C(BEGIN) Z(T)");
  BOOST_TEST(holder.hears() == "C(COMMIT) Z(I)");
  first.send(query("COMMIT"));
  BOOST_TEST(holder.hears() == kAnswer);
  BOOST_TEST(play.pool().ledger().counts().waiting == 0U);
}

BOOST_AUTO_TEST_CASE(max_size_holds_with_log_ins_under_way) {
  Play play(one_pool(3));
  play.are_logins_automatic = false;
  for (int i = 0; i < 10; ++i) play.start_log_in();
  BOOST_TEST(play.backend.login_count() == 3U);
  play.backend.complete_login();
  BOOST_TEST(play.backend.connection_count() == 3U);
}

BOOST_AUTO_TEST_CASE(no_more_log_ins_at_a_time_than_allowed) {
  auto settings = one_pool(10);
  pool_of(settings).max_concurrent_logins = 2;
  Play play(settings);
  play.are_logins_automatic = false;
  for (int i = 0; i < 10; ++i) play.start_log_in();
  BOOST_TEST(play.backend.login_count() == 2U);
  play.backend.complete_login();
  BOOST_TEST(play.backend.login_count() == 2U);
}

BOOST_AUTO_TEST_CASE(a_session_gets_the_server_that_it_had_when_that_is_idle) {
  Play play(one_pool(2));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  begin(ann);
  begin(bob);
  ann.send(query("COMMIT"));
  bob.send(query("COMMIT"));
  (void)play.server_heard(1);
  (void)play.server_heard(2);
  for (int i = 0; i < 3; ++i) {
    ann.send(query("SELECT ann"));
    bob.send(query("SELECT bob"));
  }
  BOOST_TEST(play.server_heard(1) == "Q(SELECT ann) Q(SELECT ann) Q(SELECT ann)");
  BOOST_TEST(play.server_heard(2) == "Q(SELECT bob) Q(SELECT bob) Q(SELECT bob)");
}

BOOST_AUTO_TEST_CASE(a_cancelled_waiter_leaves_the_queue_and_stays_connected) {
  Play play(one_pool(1));
  auto& holder = play.log_in();
  auto& first = play.log_in();
  auto& second = play.log_in();
  begin(holder);
  first.send(query("SELECT x"));
  second.send(query("SELECT x"));
  first.cancel();
  BOOST_TEST(first.hears() == "E(57014 canceling statement due to user request) Z(I)");
  BOOST_TEST(play.server(1).cancel_count() == 0);
  holder.send(query("COMMIT"));
  BOOST_TEST(second.hears() == kAnswer);
  BOOST_TEST(first.ask("SELECT x") == kAnswer);
}

BOOST_AUTO_TEST_CASE(a_vanished_waiter_leaves_the_queue) {
  Play play(one_pool(1));
  auto& holder = play.log_in();
  auto& first = play.log_in();
  auto& second = play.log_in();
  begin(holder);
  first.send(query("SELECT x"));
  second.send(query("SELECT x"));
  first.reset();
  BOOST_TEST(play.pool().ledger().counts().waiting == 1U);
  holder.send(query("COMMIT"));
  BOOST_TEST(second.hears() == kAnswer);
}

BOOST_AUTO_TEST_CASE(a_waiter_that_is_lost_in_the_turn_of_its_grant_passes_the_server_on) {
  Play play(one_pool(1));
  play.are_logins_automatic = false;
  auto& first = play.start_log_in();
  auto& second = play.start_log_in();
  first.socket().reset();
  // The grant is put off to the end of the turn in which the reset is read.
  play.loop.turn([&] {
    play.loop.agenda().set_now(play.loop.now());
    first.socket().read();
  });
  play.backend.complete_login();
  play.run();
  BOOST_TEST(second.hears().ends_with("Z(I)"));
}

BOOST_AUTO_TEST_CASE(a_server_whose_last_word_is_behind_the_last_answer_goes_to_nobody) {
  Play play(one_pool(1));
  auto& holder = play.log_in();
  auto& first = play.log_in();
  auto& second = play.log_in();
  begin(holder);
  first.send(query("BEGIN"));
  second.send(query("BEGIN"));
  play.is_held = true;
  holder.send(query("COMMIT"));
  play.loop.turn([&] { holder.socket().read(); });
  play.server(1).take_requests();
  play.script(1).die();  // its last word comes in one read with the answer that frees it
  play.server(1).give_replies();
  play.is_held = false;
  play.run();
  BOOST_TEST(holder.hears().starts_with("C(COMMIT) Z(I)"));
  BOOST_TEST(first.hears() == "C(BEGIN) Z(T)");
  BOOST_TEST(second.hears() == "");
  BOOST_TEST(play.server_heard(2) == "Q(BEGIN)");
}

BOOST_AUTO_TEST_CASE(who_waits_too_long_hears_what_the_servers_are_doing_and_stays) {
  auto settings = one_pool(1);
  pool_of(settings).acquire_timeout = config::Milliseconds(5000);
  Play play(settings);
  auto& holder = play.log_in();
  auto& waiter = play.log_in();
  begin(holder);
  waiter.send(query("SELECT x"));
  play.pass(std::chrono::milliseconds(4900));
  BOOST_TEST(waiter.hears() == "");
  play.pass(std::chrono::milliseconds(200));
  const auto bytes = waiter.take_bytes();
  BOOST_TEST(bytes.find("no server connection became free within 5000 ms") != std::string::npos);
  BOOST_TEST(bytes.find("Pool shop/app has 1 of at most 1 server connections: 1 idle in transaction") !=
             std::string::npos);
  BOOST_TEST(bytes.find("53300") != std::string::npos);
  holder.send(query("COMMIT"));
  BOOST_TEST(waiter.ask("SELECT x") == kAnswer);
  BOOST_TEST(play.pool().totals().acquire_timeouts == 1U);
}

BOOST_AUTO_TEST_CASE(a_pipeline_that_waits_too_long_fails_up_to_its_sync) {
  auto settings = one_pool(1);
  pool_of(settings).acquire_timeout = config::Milliseconds(5000);
  Play play(settings);
  auto& holder = play.log_in();
  auto& waiter = play.log_in();
  begin(holder);
  waiter.send(statement("SELECT 1") + query("SELECT 2") + sync() + query("SELECT x"));
  play.pass(std::chrono::milliseconds(5100));
  BOOST_TEST(waiter.hears() == "E(53300 no server connection became free within 5000 ms) Z(I)");
  holder.send(query("COMMIT"));
  BOOST_TEST(waiter.hears() == kAnswer);
}

// semantics.md, 27
BOOST_AUTO_TEST_CASE(an_idle_server_with_something_to_read_is_not_handed_out) {
  Play play(one_pool(2));
  auto& ann = play.log_in();
  (void)ann.ask("SELECT x");
  play.loop.jump(std::chrono::seconds(1));
  play.is_held = true;
  play.server(1).socket().send_end_of_file();
  ann.send(query("SELECT x"));
  play.loop.turn([&] { ann.socket().read(); });
  BOOST_TEST(play.pool().ledger().counts().idle == 0U);
  play.is_held = false;
  play.run();
  BOOST_TEST(play.server(1).is_gone());
  BOOST_TEST(ann.hears() == kAnswer);
  BOOST_TEST(play.server_heard(2) == "Q(SELECT x)");
}

BOOST_AUTO_TEST_CASE(a_drained_pool_closes_idle_servers_now_and_the_others_when_they_are_free) {
  Play play(one_pool(2));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  begin(ann);
  begin(bob);
  bob.send(query("COMMIT"));
  play.drain();
  BOOST_TEST(play.backend.connection_count() == 1U);
  BOOST_TEST(ann.hears() == "");
  ann.send(query("COMMIT"));
  BOOST_TEST(ann.hears() == "C(COMMIT) Z(I) E(FATAL 57P01 terminating connection due to administrator command)");
  BOOST_TEST(play.backend.connection_count() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
