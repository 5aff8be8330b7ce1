// From the startup packet to the first ReadyForQuery, with a pool behind it.
#include <boost/test/unit_test.hpp>

#include "tests/support/play/play.h"
#include "tests/support/startup_packets.h"

namespace howdah::tests {

namespace {

using State = client::Session::State;
using std::chrono::seconds;

config::Settings with_password() {
  auto settings = one_pool(2);
  settings.users["app"] = {.name = "app", .password = "secret", .pool_mode = {}};
  settings.auth = {{.method = config::AuthMethod::Password}};
  return settings;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_login)

BOOST_AUTO_TEST_CASE(a_welcome_tells_the_server_s_parameters_a_key_and_that_all_is_ready) {
  Play play;
  BOOST_TEST(play.start_log_in().hears() == "R S(server_version=17.0) K Z(I)");
}

BOOST_AUTO_TEST_CASE(a_second_client_with_the_same_settings_needs_no_server_to_log_in) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  (void)ann.ask("BEGIN");
  BOOST_TEST(play.start_log_in().hears() == "R S(server_version=17.0) K Z(I)");
  // Other settings have to be tried on a server first.
  auto& bob = play.start_log_in("app", "shop", {{"application_name", "bob"}});
  BOOST_TEST(bob.hears() == "R");
  (void)ann.ask("COMMIT");
  BOOST_TEST(bob.hears() == "S(application_name=bob) S(server_version=17.0) K Z(I)");
}

BOOST_AUTO_TEST_CASE(requests_that_come_with_the_startup_packet_are_answered_behind_the_welcome) {
  for (const bool is_first : {true, false}) {
    Play play(one_pool(1));
    if (!is_first) play.log_in();
    auto& ann = play.connect();
    ann.send(startup_packet({{"user", "app"}, {"database", "shop"}}) + query("SELECT 1"));
    BOOST_TEST(ann.hears() == "R S(server_version=17.0) K Z(I) T D(1) C(SELECT 1) Z(I)");
  }
}

BOOST_AUTO_TEST_CASE(requests_sent_while_the_password_is_checked_wait) {
  Play play(with_password());
  play.are_passwords_automatic = false;
  auto& ann = play.start_log_in();
  ann.send(message('p', std::string("secret\0", 7)) + query("SELECT 1"));
  BOOST_TEST(ann.state() == State::Authenticating);
  play.check_passwords();
  play.run();
  BOOST_TEST(ann.hears() == "R R S(server_version=17.0) K Z(I) T D(1) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(a_client_lost_while_its_password_is_checked_is_forgotten) {
  Play play(with_password());
  play.are_passwords_automatic = false;
  auto& ann = play.start_log_in();
  ann.send(message('p', std::string("secret\0", 7)));
  ann.reset();
  BOOST_TEST(ann.state() == State::Ended);
  play.check_passwords();
  play.run();
  BOOST_TEST(play.backend.login_count() + play.backend.servers().size() == 0U);
}

// semantics.md, 24
BOOST_AUTO_TEST_CASE(an_unknown_database_is_told_only_after_the_password) {
  Play play(with_password());
  auto& ann = play.start_log_in("app", "nowhere");
  BOOST_TEST(ann.hears() == "R");
  ann.send(message('p', std::string("secret\0", 7)));
  BOOST_TEST(ann.hears() == "R E(FATAL 3D000 database \"nowhere\" does not exist)");
  BOOST_TEST(ann.is_closed());
}

BOOST_AUTO_TEST_CASE(the_limits_of_a_database_and_of_a_user_hold_and_their_seats_come_back) {
  auto settings = one_pool(1);
  pool_of(settings).max_clients = 2;
  settings.users["ann"] = {.name = "ann", .password = {}, .pool_mode = {}, .max_clients = 1};
  Play play(settings);
  auto& ann = play.log_in("ann");
  BOOST_TEST(play.start_log_in("ann").hears() == "R E(FATAL 53300 too many connections for role \"ann\")");
  play.log_in("bob");
  BOOST_TEST(play.start_log_in("eve").hears() == "R E(FATAL 53300 too many connections for database \"shop\")");
  ann.send(terminate());
  BOOST_TEST(play.start_log_in("ann").hears().ends_with("Z(I)"));
}

BOOST_AUTO_TEST_CASE(who_waits_for_the_welcome_too_long_is_told_and_closed) {
  auto settings = one_pool(1);
  pool_of(settings).acquire_timeout = config::Milliseconds(5000);
  Play play(settings);
  auto& ann = play.log_in();
  (void)ann.ask("BEGIN");
  auto& bob = play.start_log_in("app", "shop", {{"application_name", "bob"}});
  play.pass(seconds(6));
  BOOST_TEST(bob.hears() == "R E(FATAL 53300 no server connection became free within 5000 ms)");
  BOOST_TEST(bob.is_closed());
  BOOST_TEST(play.pool().ledger().counts().waiting == 0U);
}

BOOST_AUTO_TEST_CASE(a_server_that_dies_in_the_welcome_is_told_of) {
  Play play(one_pool(1));
  play.is_held = true;
  auto& ann = play.start_log_in("app", "shop", {{"application_name", "ann"}});
  play.loop.turn([&] { ann.socket().read(); });
  play.backend.complete_login();
  play.server(1).socket().reset();
  play.is_held = false;
  play.run();
  BOOST_TEST(ann.hears() == "R E(FATAL 08006 server closed the connection unexpectedly)");
}

BOOST_AUTO_TEST_CASE(a_probe_that_connects_and_closes_is_not_worth_a_line) {
  Play play;
  play.connect().half_close();
  play.connect().reset();
  BOOST_TEST(play.log_text() == "");
}

BOOST_AUTO_TEST_CASE(a_console_is_for_administrators) {
  auto settings = one_pool(1);
  settings.admin.users = {"boss"};
  Play play(settings);
  BOOST_TEST(play.start_log_in("ann", "howdah").hears() ==
             "R E(FATAL 42501 user \"ann\" is not an administrator of the pooler)");
  BOOST_TEST(play.start_log_in("boss", "howdah").hears().ends_with("K Z(I)"));
}

// semantics.md, 17: what is cancelled is the client's request, not what we put in front of it.
BOOST_AUTO_TEST_CASE(a_cancel_while_settings_are_put_in_front_is_ignored) {
  Play play(one_pool(1));
  auto& ann = play.log_in("app", "shop", {{"application_name", "ann"}});
  auto& bob = play.log_in("app", "shop", {{"application_name", "bob"}});
  (void)bob.ask("SELECT 1");
  play.script(1).hold();
  ann.send(query("SELECT 1"));
  ann.cancel();
  BOOST_TEST(play.server(1).cancel_count() == 0);
  play.script(1).let_go();
  play.run();
  BOOST_TEST(ann.hears() == "T D(1) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
