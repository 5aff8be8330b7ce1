// A pool whose connection string asks for a primary: what makes it doubt its servers, and what it does then.
#include <boost/test/unit_test.hpp>

#include "tests/support/play/play.h"

namespace howdah::tests {

namespace {

const std::string kAnswer = "T D(1) C(SELECT 1) Z(I)";
const std::string kWritten = "C(WRITE) Z(I)";
const std::string kRefused = "E(25006 cannot execute INSERT in a read-only transaction) Z(I)";

config::Settings asking_for(const std::string& attributes, int max_size, int workers = 1) {
  auto settings = one_pool(max_size);
  settings.workers = workers;
  settings.databases["shop"].backend = "host=a,b user=app target_session_attrs=" + attributes;
  return settings;
}

std::size_t connections(Play& play) {
  return play.pool().ledger().counts().connections();
}

bool is_asked(const std::string& heard) {
  return heard.find("pg_is_in_recovery") != std::string::npos;
}

// Two servers, both idle.
void make_two(Play& play, Client& ann, Client& bob) {
  (void)ann.ask("BEGIN");
  (void)bob.ask("BEGIN");
  (void)ann.ask("COMMIT");
  (void)bob.ask("COMMIT");
  BOOST_REQUIRE(play.pool().ledger().counts().idle == 2U);
}

std::string parameter(const std::string& name, const std::string& value) {
  std::string message;
  protocol::MessageWriter(message, 'S').c_string(name).c_string(value);
  return message;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pool_fitness)

BOOST_AUTO_TEST_CASE(a_server_that_can_only_read_is_replaced_once_a_client_was_told_so) {
  for (const auto* attributes : {"read-write", "primary"}) {
    Play play(asking_for(attributes, 1));
    auto& ann = play.log_in();
    BOOST_TEST(ann.ask("WRITE") == kWritten);
    play.script(1).demote();
    BOOST_TEST(ann.ask("WRITE") == kRefused);
    BOOST_TEST(play.server(1).is_gone());
    BOOST_TEST(ann.ask("WRITE") == kWritten);
    BOOST_TEST(connections(play) == 1U);
  }
}

BOOST_AUTO_TEST_CASE(so_are_all_others_that_were_idle_then) {
  Play play(asking_for("read-write", 2));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  make_two(play, ann, bob);
  play.script(1).demote();
  play.script(2).demote();
  BOOST_TEST(ann.ask("WRITE") == kRefused);
  BOOST_TEST(connections(play) == 0U);
  BOOST_TEST(ann.ask("WRITE") == kWritten);
  BOOST_TEST(bob.ask("WRITE") == kWritten);
}

BOOST_AUTO_TEST_CASE(and_those_in_use_when_their_transactions_have_ended) {
  Play play(asking_for("read-write", 2));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  make_two(play, ann, bob);
  (void)bob.ask("BEGIN");
  play.script(1).demote();
  play.script(2).demote();
  BOOST_TEST(ann.ask("WRITE") == kRefused);
  BOOST_TEST(connections(play) == 1U);
  BOOST_TEST(bob.ask("SELECT 1") == "T D(1) C(SELECT 1) Z(T)");
  BOOST_TEST(bob.ask("COMMIT") == "C(COMMIT) Z(I)");
  BOOST_TEST(connections(play) == 0U);
  BOOST_TEST(bob.ask("WRITE") == kWritten);
}

BOOST_AUTO_TEST_CASE(on_all_workers) {
  Play play(asking_for("read-write", 2, 2));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  make_two(play, ann, bob);
  for (auto* server : play.all_servers()) server->script().demote();
  BOOST_TEST(ann.ask("WRITE") == kRefused);
  play.run();
  BOOST_TEST(connections(play) == 0U);
  BOOST_TEST(bob.ask("WRITE") == kWritten);
}

BOOST_AUTO_TEST_CASE(one_that_is_fit_stays_and_the_others_are_not_asked) {
  Play play(asking_for("read-write", 2));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  make_two(play, ann, bob);
  (void)play.server_heard(1);
  (void)play.server_heard(2);
  BOOST_TEST(ann.ask("READONLY") == kRefused);
  BOOST_TEST(is_asked(play.server_heard(1)));
  BOOST_TEST(play.server_heard(2) == "");
  BOOST_TEST(play.pool().ledger().counts().idle == 2U);
}

BOOST_AUTO_TEST_CASE(who_reads_only_by_his_own_will_makes_it_ask_once_a_second) {
  Play play(asking_for("read-write", 1));
  auto& ann = play.log_in();
  int asked = 0;
  for (int i = 0; i < 20; ++i) {
    BOOST_TEST(ann.ask("READONLY") == kRefused);
    if (is_asked(play.server_heard(1))) ++asked;
    play.pass(std::chrono::milliseconds(100));
  }
  BOOST_TEST(asked >= 2);
  BOOST_TEST(asked <= 3);
  BOOST_TEST(!play.server(1).is_gone());
}

BOOST_AUTO_TEST_CASE(the_client_s_next_request_waits_for_the_answer) {
  Play play(asking_for("read-write", 1));
  auto& ann = play.log_in();
  (void)ann.ask("SELECT 1");
  play.script(1).demote();
  BOOST_TEST(ann.send(query("WRITE") + query("WRITE")).hears() == kRefused + " " + kRefused);
  BOOST_TEST(ann.ask("WRITE") == kWritten);
}

BOOST_AUTO_TEST_CASE(where_any_server_will_do_none_is_asked) {
  Play play(asking_for("any", 1));
  auto& ann = play.log_in();
  (void)ann.ask("SELECT 1");
  play.script(1).demote();
  BOOST_TEST(ann.ask("WRITE") == kRefused);
  BOOST_TEST(!is_asked(play.server_heard(1)));
  BOOST_TEST(ann.ask("WRITE") == kRefused);
  BOOST_TEST(!play.server(1).is_gone());
}

BOOST_AUTO_TEST_CASE(a_reported_change_raises_a_doubt_before_anything_fails) {
  for (const auto* name : {"in_hot_standby", "default_transaction_read_only"}) {
    Play play(asking_for("read-write", 1));
    auto& ann = play.log_in();
    (void)ann.ask("SELECT 1");
    play.script(1).demote();
    play.script(1).say(parameter(name, "on"));
    BOOST_TEST(ann.ask("SELECT 1").ends_with(kAnswer));
    BOOST_TEST(play.server(1).is_gone());
    BOOST_TEST(ann.ask("WRITE") == kWritten);
  }
}

BOOST_AUTO_TEST_CASE(a_standby_that_was_promoted_is_no_standby) {
  Play play(asking_for("standby", 1));
  auto& ann = play.log_in();
  (void)ann.ask("SELECT 1");  // the scripted server is a primary
  play.script(1).say(parameter("in_hot_standby", "off"));
  (void)ann.ask("SELECT 1");
  BOOST_TEST(play.server(1).is_gone());
}

BOOST_AUTO_TEST_CASE(the_loss_of_one_server_has_the_idle_ones_checked) {
  for (const auto* attributes : {"any", "read-write"}) {
    Play play(asking_for(attributes, 2));
    auto& ann = play.log_in();
    auto& bob = play.log_in();
    make_two(play, ann, bob);
    (void)play.server_heard(2);
    play.script(1).die();
    play.run();
    BOOST_TEST(play.server_heard(2) != "", attributes);
    BOOST_TEST(!play.server(2).is_gone());
    BOOST_TEST(bob.ask("SELECT 1") == kAnswer);
  }
}

BOOST_AUTO_TEST_CASE(nobody_gets_a_server_before_it_has_answered) {
  Play play(asking_for("read-write", 2));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  make_two(play, ann, bob);
  play.script(2).hold();
  play.script(1).die();
  play.run();
  play.are_logins_automatic = false;
  BOOST_TEST(ann.ask("SELECT 1") == "");
  play.script(2).let_go();
  play.run();
  BOOST_TEST(ann.hears() == kAnswer);
  play.are_logins_automatic = true;
}

BOOST_AUTO_TEST_CASE(one_that_does_not_answer_in_time_is_closed_and_who_waits_gets_another) {
  Play play(asking_for("read-write", 2));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  make_two(play, ann, bob);
  play.script(2).hold();
  play.script(1).die();
  play.run();
  (void)ann.send(query("SELECT 1"));
  play.pass(std::chrono::seconds(10));
  BOOST_TEST(play.log_text().contains("does not answer"));
  BOOST_TEST(ann.hears() == kAnswer);
}

BOOST_AUTO_TEST_CASE(many_losses_within_a_second_have_them_checked_twice) {
  Play play(asking_for("any", 4));
  std::vector<Client*> clients;
  for (int i = 0; i < 4; ++i) clients.push_back(&play.log_in());
  for (auto* client : clients) (void)client->ask("BEGIN");
  for (auto* client : clients) (void)client->ask("COMMIT");
  (void)play.server_heard(4);
  for (const std::size_t number : {1U, 2U, 3U}) {
    play.script(number).die();
    play.run();
  }
  BOOST_TEST(play.server_heard(4) == "S");
  play.pass(std::chrono::seconds(3));
  BOOST_TEST(play.server_heard(4) == "S");
  play.pass(std::chrono::seconds(3));
  BOOST_TEST(play.server_heard(4) == "");
}

BOOST_AUTO_TEST_CASE(what_the_server_does_to_idle_sessions_says_nothing_of_others) {
  Play play(asking_for("any", 2));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  make_two(play, ann, bob);
  (void)play.server_heard(2);
  std::string message;
  protocol::append_error(message, protocol::make_error(protocol::Severity::Fatal, "57P05", "idle-session timeout"));
  play.script(1).say(message);
  play.run();
  BOOST_TEST(play.server(1).is_gone());
  BOOST_TEST(play.server_heard(2) == "");
}

// The answer and the server's last words come in one piece.
BOOST_AUTO_TEST_CASE(a_client_whose_transaction_has_ended_hears_nothing_of_its_server_s_end) {
  for (const bool is_last : {true, false}) {
    Play play(asking_for("any", 1));
    auto& ann = play.log_in();
    if (!is_last) (void)ann.ask("BEGIN");
    (void)ann.ask("SLEEP x");
    play.is_held = true;
    play.script(1).wake();
    play.script(1).die();
    play.is_held = false;
    play.run();
    if (is_last) {
      BOOST_TEST(ann.hears() == "T D(x) C(SELECT 1) Z(I)");
      BOOST_TEST(ann.ask("SELECT 1") == kAnswer);
    } else {
      BOOST_TEST(ann.hears().contains("E(FATAL 57P01"));
      BOOST_TEST(ann.is_closed());
    }
  }
}

BOOST_AUTO_TEST_CASE(one_that_keeps_its_server_hears_of_its_end) {
  auto settings = one_pool(1, config::PoolMode::Session);
  Play play(settings);
  auto& ann = play.log_in();
  (void)ann.ask("SLEEP x");
  play.script(1).wake();
  play.script(1).die();
  play.run();
  const auto heard = ann.hears();
  BOOST_TEST(heard.starts_with("T D(x) C(SELECT 1) Z(I) E(FATAL 57P01"), heard);
  BOOST_TEST(ann.is_closed());
}

BOOST_AUTO_TEST_CASE(while_somebody_waits_several_hosts_are_tried_each_second) {
  for (const auto* attributes : {"any", "primary"}) {
    auto settings = asking_for(attributes, 1);
    pool_of(settings).acquire_timeout = std::chrono::minutes(2);
    Play play(settings);
    auto& ann = play.log_in();
    play.script(1).die();
    play.run();
    play.are_logins_automatic = false;
    (void)ann.ask("SELECT 1");
    int tried = 0;
    for (int i = 0; i < 600; ++i) {
      if (play.backend.login_count() > 0) {
        ++tried;
        play.backend.fail_login(protocol::make_error(protocol::Severity::Fatal, "08001", "session is read-only"));
      }
      play.pass(std::chrono::milliseconds(100));
    }
    BOOST_TEST(tried > 50);
    play.are_logins_automatic = true;
    play.pass(std::chrono::seconds(2));
    BOOST_TEST(ann.hears().ends_with(kAnswer));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
