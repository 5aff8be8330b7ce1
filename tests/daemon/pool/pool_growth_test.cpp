// How many servers a pool has: min_size, idle_timeout, max_lifetime, failed log-ins.
#include <boost/test/unit_test.hpp>

#include "protocol/sqlstate.h"
#include "tests/support/play/play.h"

namespace howdah::tests {

namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const std::string kAnswer = "T D(x) C(SELECT 1) Z(I)";

protocol::ErrorFields refusal(std::string_view sqlstate, const std::string& message) {
  return protocol::make_error(protocol::Severity::Fatal, sqlstate, message);
}

config::Settings pool_with(int min_size, int max_size) {
  auto settings = one_pool(max_size);
  pool_of(settings).min_size = min_size;
  return settings;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pool_growth)

BOOST_AUTO_TEST_CASE(min_size_connections_are_made_at_the_start) {
  Play play(pool_with(3, 5));
  play.start_pools();
  play.run();
  BOOST_TEST(play.pool().ledger().counts().idle == 3U);
  BOOST_TEST(play.pool().has_settled());
}

BOOST_AUTO_TEST_CASE(a_start_is_over_when_one_log_in_has_failed) {
  Play play(pool_with(3, 5));
  play.are_logins_automatic = false;
  play.start_pools();
  BOOST_TEST(!play.pool().has_settled());
  play.backend.fail_login(refusal("08001", "connection refused"));
  BOOST_TEST(play.pool().has_settled());
}

BOOST_AUTO_TEST_CASE(a_start_is_over_when_the_last_server_comes_although_a_client_waits_for_it) {
  Play play(pool_with(1, 5));
  play.are_logins_automatic = false;
  play.start_pools();
  play.start_log_in();
  BOOST_REQUIRE(play.backend.login_count() == 1U);
  BOOST_TEST(!play.pool().has_settled());
  play.backend.complete_login();
  BOOST_TEST(play.pool().has_settled());
}

BOOST_AUTO_TEST_CASE(a_min_size_above_max_size_is_max_size) {
  Play play(pool_with(9, 2));
  play.start_pools();
  play.run();
  BOOST_TEST(play.pool().ledger().counts().connections() == 2U);
}

BOOST_AUTO_TEST_CASE(servers_that_go_are_replaced_down_to_min_size) {
  Play play(pool_with(2, 5));
  play.start_pools();
  play.run();
  play.script(1).die();
  play.run();
  play.pass(seconds(2));
  BOOST_TEST(play.server(1).is_gone());
  BOOST_TEST(play.pool().ledger().counts().idle == 2U);
}

BOOST_AUTO_TEST_CASE(servers_idle_for_too_long_are_closed_down_to_min_size) {
  auto settings = pool_with(1, 3);
  pool_of(settings).idle_timeout = config::Milliseconds(60'000);
  Play play(settings);
  std::vector<Client*> clients = {&play.log_in(), &play.log_in(), &play.log_in()};
  for (auto* client : clients) client->send(query("BEGIN"));
  for (auto* client : clients) client->send(query("COMMIT"));
  BOOST_TEST(play.pool().ledger().counts().idle == 3U);
  play.pass(seconds(58));
  BOOST_TEST(play.pool().ledger().counts().idle == 3U);
  play.pass(seconds(4));
  BOOST_TEST(play.pool().ledger().counts().idle == 1U);
}

BOOST_AUTO_TEST_CASE(a_server_in_use_is_not_idle) {
  auto settings = pool_with(0, 1);
  pool_of(settings).idle_timeout = config::Milliseconds(60'000);
  Play play(settings);
  auto& ann = play.log_in();
  for (int i = 0; i < 10; ++i) {
    play.pass(seconds(30));
    BOOST_TEST(ann.ask("SELECT x") == kAnswer);
  }
  BOOST_TEST(play.backend.servers().size() == 1U);
}

BOOST_AUTO_TEST_CASE(servers_older_than_max_lifetime_are_replaced_but_never_in_a_transaction) {
  auto settings = pool_with(0, 2);
  pool_of(settings).max_lifetime = config::Milliseconds(600'000);
  pool_of(settings).idle_timeout = config::Milliseconds(0);
  Play play(settings);
  auto& ann = play.log_in();
  (void)ann.ask("SELECT x");
  play.pass(minutes(8));
  BOOST_TEST(!play.server(1).is_gone());
  BOOST_TEST(ann.ask("BEGIN") == "C(BEGIN) Z(T)");
  play.pass(minutes(3));
  BOOST_TEST(!play.server(1).is_gone());
  BOOST_TEST(ann.ask("COMMIT") == "C(COMMIT) Z(I)");
  BOOST_TEST(play.server(1).is_gone());
  BOOST_TEST(ann.ask("SELECT x") == kAnswer);
  BOOST_TEST(play.server_heard(2) == "Q(SELECT x)");
}

BOOST_AUTO_TEST_CASE(an_old_idle_server_goes_within_a_tenth_before_its_time) {
  auto settings = pool_with(0, 1);
  pool_of(settings).max_lifetime = config::Milliseconds(600'000);
  pool_of(settings).idle_timeout = config::Milliseconds(0);
  Play play(settings);
  play.log_in();
  play.pass(minutes(9) - seconds(1));
  BOOST_TEST(!play.server(1).is_gone());
  play.pass(minutes(1) + seconds(3));
  BOOST_TEST(play.server(1).is_gone());
}

BOOST_AUTO_TEST_CASE(failed_log_ins_are_retried_with_growing_pauses_one_at_a_time) {
  auto settings = pool_with(0, 5);
  pool_of(settings).retry_min = config::Milliseconds(100);
  pool_of(settings).retry_max = config::Milliseconds(1000);
  pool_of(settings).acquire_timeout = config::Milliseconds(0);
  Play play(settings);
  play.are_logins_automatic = false;
  for (int i = 0; i < 5; ++i) play.start_log_in();
  while (play.backend.login_count() > 0) play.backend.fail_login(refusal("08001", "connection refused"));
  for (const auto pause : {800, 1000}) {  // four failures at once have doubled it three times
    play.pass(milliseconds(pause - 30));
    BOOST_TEST(play.backend.login_count() == 0U);
    play.pass(milliseconds(80));
    BOOST_REQUIRE(play.backend.login_count() == 1U);
    play.backend.fail_login(refusal("08001", "connection refused"));
  }
  play.pass(seconds(2));
  play.are_logins_automatic = true;
  play.run();
  BOOST_TEST(play.pool().ledger().counts().connections() == 5U);
}

BOOST_AUTO_TEST_CASE(pauses_double_from_the_first_to_the_longest) {
  auto settings = pool_with(0, 1);
  pool_of(settings).retry_min = config::Milliseconds(100);
  pool_of(settings).retry_max = config::Milliseconds(1000);
  pool_of(settings).acquire_timeout = config::Milliseconds(0);
  Play play(settings);
  play.are_logins_automatic = false;
  play.start_log_in();
  for (const auto pause : {100, 200, 400, 800, 1000, 1000}) {
    BOOST_REQUIRE(play.backend.login_count() == 1U);
    play.backend.fail_login(refusal("08001", "connection refused"));
    play.pass(milliseconds(pause - 20));
    BOOST_TEST(play.backend.login_count() == 0U);
    play.pass(milliseconds(60));
  }
}

// semantics.md, 29
BOOST_AUTO_TEST_CASE(a_lasting_error_of_the_backend_is_told_to_waiters_at_once) {
  Play play(one_pool(2));
  play.are_logins_automatic = false;
  auto& ann = play.start_log_in();
  play.backend.fail_login(refusal("3D000", "database \"shop\" does not exist"));
  play.run();
  BOOST_TEST(ann.hears() == "R E(FATAL 3D000 database \"shop\" does not exist)");
  BOOST_TEST(ann.is_closed());
  // Within the pause it is told without asking the backend again.
  auto& bob = play.start_log_in();
  BOOST_TEST(bob.hears() == "R E(FATAL 3D000 database \"shop\" does not exist)");
  BOOST_TEST(play.backend.login_count() == 0U);
  play.pass(seconds(2));
  play.start_log_in();
  BOOST_TEST(play.backend.login_count() == 1U);
}

BOOST_AUTO_TEST_CASE(a_passing_error_fails_no_waiter_before_its_time) {
  auto settings = one_pool(1);
  pool_of(settings).acquire_timeout = config::Milliseconds(5000);
  Play play(settings);
  play.are_logins_automatic = false;
  auto& ann = play.start_log_in();
  play.backend.fail_login(refusal("57P03", "the database system is starting up"));
  play.run();
  BOOST_TEST(ann.hears() == "R");
  play.pass(seconds(4));
  BOOST_REQUIRE(play.backend.login_count() == 1U);
  play.backend.complete_login();
  play.run();
  BOOST_TEST(ann.hears().ends_with("Z(I)"));
}

BOOST_AUTO_TEST_CASE(who_waits_in_vain_for_a_backend_hears_its_error) {
  auto settings = one_pool(1);
  pool_of(settings).acquire_timeout = config::Milliseconds(5000);
  Play play(settings);
  play.are_logins_automatic = false;
  auto& ann = play.start_log_in();
  play.backend.fail_login(refusal("08001", "connection refused"));
  play.pass(seconds(6));
  BOOST_TEST(ann.hears() == "R E(FATAL 08001 connection refused)");
  BOOST_TEST(ann.is_closed());
}

BOOST_AUTO_TEST_CASE(a_backend_that_is_back_is_simply_used_again) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  play.script(1).die();
  play.run();
  BOOST_TEST(play.server(1).is_gone());
  play.are_logins_automatic = false;
  ann.send(query("SELECT x"));
  play.backend.fail_login(refusal("57P03", "the database system is starting up"));
  play.are_logins_automatic = true;
  play.pass(seconds(1));
  BOOST_TEST(ann.hears() == kAnswer);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
