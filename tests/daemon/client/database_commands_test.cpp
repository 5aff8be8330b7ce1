// Commands that need a database alone: our idle servers leave it, and the command is sent again.
#include <boost/test/unit_test.hpp>

#include "tests/support/play/play.h"

namespace howdah::tests {

namespace {

using namespace std::chrono_literals;

const std::string kDrop = "DROP DATABASE yard";
const std::string kDropped = "C(DROP DATABASE yard) Z(I)";
const std::string kInUse = "E(55006 database \"yard\" is being accessed by other users) Z(I)";

config::Settings two_databases(config::PoolMode mode = config::PoolMode::Transaction, int workers = 1) {
  auto settings = one_pool(3, mode);
  auto yard = settings.databases.at("shop");
  yard.name = "alias";
  yard.backend += " dbname=yard";
  settings.databases.emplace("alias", yard);
  settings.workers = workers;
  return settings;
}

// Ann is in "shop", on the server that was made first. Bob and Tom have left two idle servers in "yard".
struct Fixture {
  explicit Fixture(config::Settings settings = two_databases()) : play(std::move(settings)) {
    (void)ann.ask("SELECT 1");
    bob.send(query("SLEEP bob"));
    tom.send(query("SLEEP tom"));
    for (auto* server : play.all_servers()) server->script().wake();
    play.run();
    (void)bob.hears();
    (void)tom.hears();
    for (auto* server : play.all_servers()) (void)server->script().take_heard();
  }

  // Refused the first time, or more often; what she hears then, and once the others have left.
  std::string ask(protocol::Bytes bytes, int refusals = 1) {
    play.script(1).refuse_drops(refusals);
    auto heard = ann.send(bytes).hears();
    play.pass(100ms);
    const auto more = ann.hears();
    return heard.empty() || more.empty() ? heard + more : heard + ", " + more;
  }
  [[nodiscard]] std::size_t yard_servers() { return play.pool("alias").ledger().counts().connections(); }

  Play play;
  Client& ann = play.log_in();
  Client& bob = play.log_in("app", "alias");
  Client& tom = play.log_in("app", "alias");
};

struct FourWorkers : Fixture {
  FourWorkers() : Fixture(two_databases(config::PoolMode::Transaction, 4)) {}
};
struct SessionMode : Fixture {
  SessionMode() : Fixture(two_databases(config::PoolMode::Session)) {
    bob.send(terminate());
    tom.send(terminate());
  }
};
struct MinSize : Fixture {
  MinSize() : Fixture(settings()) {}
  static config::Settings settings() {
    auto settings = two_databases();
    settings.databases.at("alias").pool.min_size = 2;
    return settings;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(database_commands_of_clients)

BOOST_FIXTURE_TEST_CASE(idle_servers_leave_and_the_command_is_sent_again, Fixture) {
  BOOST_TEST(yard_servers() == 2U);
  BOOST_TEST(ask(query(kDrop)) == kDropped);
  BOOST_TEST(play.server_heard(1) == "Q(DROP DATABASE yard) Q(DROP DATABASE yard)");
  BOOST_TEST(yard_servers() == 0U);
  BOOST_TEST(play.pool().ledger().counts().idle == 1U);
  BOOST_TEST(bob.ask("SELECT 1") == "T D(1) C(SELECT 1) Z(I)");
}

BOOST_FIXTURE_TEST_CASE(they_leave_on_all_workers, FourWorkers) {
  BOOST_TEST(yard_servers() == 2U);
  BOOST_TEST(ask(query(kDrop)) == kDropped);
  BOOST_TEST(yard_servers() == 0U);
}

BOOST_FIXTURE_TEST_CASE(in_session_mode_too, SessionMode) {
  BOOST_TEST(yard_servers() == 2U);
  BOOST_TEST(ask(statement(kDrop) + sync()) == "1 2, " + kDropped);
  BOOST_TEST(yard_servers() == 0U);
}

BOOST_FIXTURE_TEST_CASE(what_stood_in_front_of_the_command_is_answered_once, Fixture) {
  const auto described = parse("", kDrop) + describe('S') + bind() + describe('P') + execute() + sync();
  BOOST_TEST(ask(described) == "1 t n 2 n, " + kDropped);
  BOOST_TEST(play.server_heard(1) == "P(DROP DATABASE yard) D B D E S B D E S");
}

BOOST_FIXTURE_TEST_CASE(a_command_that_was_prepared_before_is_sent_again, Fixture) {
  BOOST_TEST(ann.send(parse("drop", kDrop) + sync()).hears() == "1 Z(I)");
  BOOST_TEST(ask(bind("", "drop") + execute() + sync()) == "2, " + kDropped);
}

BOOST_FIXTURE_TEST_CASE(a_second_refusal_is_passed_on, Fixture) {
  BOOST_TEST(ask(query(kDrop), 2) == kInUse);
  BOOST_TEST(ann.ask("SELECT 1") == "T D(1) C(SELECT 1) Z(I)");
}

BOOST_FIXTURE_TEST_CASE(without_idle_servers_the_refusal_is_passed_on, Fixture) {
  bob.send(query("SLEEP bob"));
  tom.send(query("BEGIN"));
  BOOST_TEST(ask(query(kDrop)) == kInUse);
  BOOST_TEST(play.server_heard(1) == "Q(DROP DATABASE yard)");
}

BOOST_FIXTURE_TEST_CASE(what_is_not_alone_is_not_sent_again, Fixture) {
  const auto command = parse("", kDrop) + bind() + execute();
  BOOST_TEST(ask(query("SELECT 1") + query(kDrop)) == "T D(1) C(SELECT 1) Z(I) " + kInUse);
  BOOST_TEST(ask(query(kDrop) + query("SELECT 1")) == kInUse + " T D(1) C(SELECT 1) Z(I)");
  BOOST_TEST(ask(statement("SELECT 1") + command + sync()) == "1 2 D(1) C(SELECT 1) 1 2 " + kInUse);
  BOOST_TEST(ask(query("SELECT 1; DROP DATABASE yard")) == "T D(1) C(SELECT 1) " + kInUse);
  BOOST_TEST(yard_servers() == 2U);
}

BOOST_FIXTURE_TEST_CASE(min_size_is_kept_again_once_the_command_is_answered, MinSize) {
  play.are_logins_automatic = false;
  play.script(1).refuse_drops(1);
  ann.send(query(kDrop));
  play.script(1).hold();
  play.pass(3s);
  BOOST_TEST(play.backend.login_count() == 0U);
  play.script(1).let_go();
  play.run();
  BOOST_TEST(ann.hears() == kDropped);
  BOOST_TEST(play.backend.login_count() == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_command_that_takes_long_holds_clients_up_for_some_seconds_only, Fixture) {
  play.script(1).refuse_drops(1);
  ann.send(query(kDrop));
  play.script(1).hold();
  bob.send(query("SELECT 1"));
  play.pass(9s);
  BOOST_TEST(bob.hears() == "N(waiting for a server connection for 5.0 s)");
  play.pass(3s);
  BOOST_TEST(bob.hears() == "T D(1) C(SELECT 1) Z(I)");
}

BOOST_FIXTURE_TEST_CASE(a_server_that_becomes_free_meanwhile_is_closed_too, Fixture) {
  bob.send(query("SLEEP bob"));
  play.script(1).refuse_drops(1);
  ann.send(query(kDrop));
  play.script(1).hold();
  play.pass(1s);
  BOOST_TEST(yard_servers() == 1U);
  for (auto* server : play.all_servers()) server->script().wake();
  play.run();
  BOOST_TEST(bob.hears() == "T D(bob) C(SELECT 1) Z(I)");
  BOOST_TEST(yard_servers() == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_cancel_while_servers_leave_ends_the_command, Fixture) {
  play.script(1).refuse_drops(1);
  BOOST_TEST(ann.send(query(kDrop)).hears() == "");
  BOOST_TEST(ann.cancel().is_closed());
  BOOST_TEST(ann.hears() == "E(57014 canceling statement due to user request) Z(I)");
  play.pass(1s);
  BOOST_TEST(play.server_heard(1) == "Q(DROP DATABASE yard)");
  BOOST_TEST(play.pool().ledger().counts().idle == 1U);
}

BOOST_FIXTURE_TEST_CASE(whoever_is_lost_meanwhile_leaves_nothing_held, Fixture) {
  play.script(1).refuse_drops(1);
  ann.send(query(kDrop));
  ann.vanish();
  play.pass(1s);
  BOOST_TEST(bob.ask("SELECT 1") == "T D(1) C(SELECT 1) Z(I)");
  BOOST_TEST(play.pool().ledger().counts().idle == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_half_closed_client_hears_the_second_answer, Fixture) {
  play.script(1).refuse_drops(1);
  ann.send(query(kDrop));
  ann.half_close();
  play.pass(1s);
  BOOST_TEST(ann.hears() == kDropped);
  BOOST_TEST(ann.is_closed());
}

BOOST_FIXTURE_TEST_CASE(what_comes_behind_meanwhile_waits, Fixture) {
  play.script(1).refuse_drops(1);
  ann.send(query(kDrop));
  BOOST_TEST(ann.ask("SELECT 1") == "");
  play.pass(1s);
  BOOST_TEST(ann.hears() == kDropped + " T D(1) C(SELECT 1) Z(I)");
}

BOOST_FIXTURE_TEST_CASE(a_server_that_is_lost_meanwhile_ends_its_client, Fixture) {
  play.script(1).refuse_drops(1);
  ann.send(query(kDrop));
  play.server(1).socket().reset();
  play.run();
  BOOST_TEST(ann.hears() == "E(FATAL 08006 server closed the connection unexpectedly)");
  BOOST_TEST(bob.ask("SELECT 1") == "T D(1) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
