// Prepared statements and tables that change: clients get the rows that they were told of, or the description of the
// new ones with them, or PostgreSQL's error. (semantics.md, 11)
#include <boost/test/unit_test.hpp>

#include "tests/support/play/two_servers.h"

namespace howdah::tests {

namespace {

const std::string kOutdated = "E(0A000 cached plan must not change result type) Z(I)";
const std::string kRow = "2 D(a) C(SELECT 1) Z(I)";
const std::string kDescribedRow = "2 T D(a) C(SELECT 1) Z(I)";

struct Fixture {
  TwoServers two;

  // As asyncpg does: told once.
  std::string prepare(std::size_t number, std::string_view name, std::string_view text = "SELECT a") {
    return two.on(number, parse(name, text) + describe('S', name) + sync());
  }
  std::string run(std::size_t number, std::string_view name) { return two.on(number, run_named(name) + sync()); }
  // As libpq does: told every time.
  std::string run_described(std::size_t number, std::string_view name) {
    return two.on(number, described(name) + sync());
  }
  static std::string described(std::string_view name) { return tests::bind("", name) + describe('P', "") + execute(); }
  // Server 1 refuses ann's run of "a" as outdated; all of that has been read but the ReadyForQuery, and nothing moves.
  FakeServer& refuse_ann_up_to_ready() {
    auto& server = two.play.server(1);
    two.play.is_held = true;
    two.ann.send(described("a") + sync());
    two.play.loop.turn([&] { two.ann.socket().read(); });
    (void)server.take_requests();
    (void)server.give_replies();
    constexpr std::size_t kReadyForQueryBytes = 6;
    two.play.loop.turn([&] { server.socket().read(server.socket().unread_bytes() - kReadyForQueryBytes); });
    return server;
  }
  // DDL by somebody who is not our client.
  void change_tables() {
    for (const auto number : {1UZ, 2UZ}) two.play.script(number).change_tables();
  }
  // DDL through us: by bob.
  void alter_table() {
    (void)two.on(1, two.bob, query("ALTER TABLE t"));
    change_tables();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(outdated_statements, Fixture)

BOOST_AUTO_TEST_CASE(a_request_that_was_refused_as_outdated_is_sent_again_with_the_statement_prepared_anew) {
  (void)two.on(1, parse("a", "SELECT a") + sync());
  BOOST_TEST(run_described(1, "a") == kDescribedRow);
  change_tables();
  (void)two.heard(1);
  BOOST_TEST(run_described(1, "a") == kDescribedRow);
  BOOST_TEST(two.heard(1) == "B(howdah_1) D E S C(howdah_1) P(howdah_2 SELECT a) B(howdah_2) D E S");
  BOOST_TEST(run_described(1, "a") == kDescribedRow);
  BOOST_TEST(two.heard(1) == "B(howdah_2) D E S");
  BOOST_TEST(run_described(2, "a") == kDescribedRow);
  BOOST_TEST(two.heard(2) == "P(howdah_2 SELECT a) B(howdah_2) D E S");
}

BOOST_AUTO_TEST_CASE(a_client_that_was_never_told_of_rows_gets_the_new_ones) {
  (void)two.on(1, parse("a", "SELECT a") + sync());
  BOOST_TEST(run(2, "a") == kRow);
  change_tables();
  BOOST_TEST(run(1, "a") == kRow);
  BOOST_TEST(run(2, "a") == kRow);
}

BOOST_AUTO_TEST_CASE(a_client_that_was_told_of_other_rows_gets_the_error_on_every_server_as_often_as_it_asks) {
  (void)prepare(1, "a");
  BOOST_TEST(run(2, "a") == kRow);
  change_tables();
  for (const auto number : {1UZ, 2UZ, 1UZ, 2UZ}) BOOST_TEST(run(number, "a") == kOutdated);
}

BOOST_AUTO_TEST_CASE(so_does_one_whose_driver_was_told_with_the_first_rows) {  // as JDBC's is
  BOOST_TEST(two.on(1, parse("a", "SELECT a") + described("a") + sync()) == "1 " + kDescribedRow);
  change_tables();
  BOOST_TEST(run(1, "a") == kOutdated);
  BOOST_TEST(run(2, "a") == kOutdated);
}

BOOST_AUTO_TEST_CASE(a_client_that_heals_itself_by_preparing_again_is_well_at_once) {  // as asyncpg does
  (void)prepare(1, "a");
  change_tables();
  BOOST_TEST(run(1, "a") == kOutdated);
  BOOST_TEST(prepare(2, "b") == "1 t T Z(I)");
  BOOST_TEST(run(1, "b") == kRow);
  BOOST_TEST(run(2, "b") == kRow);
  BOOST_TEST(run(2, "a") == kOutdated);
}

BOOST_AUTO_TEST_CASE(or_by_asking_for_the_description_again) {
  (void)prepare(1, "a");
  alter_table();
  BOOST_TEST(run(2, "a") == kOutdated);
  BOOST_TEST(two.on(2, describe('S', "a") + sync()) == "t T Z(I)");
  BOOST_TEST(run(1, "a") == kRow);
}

BOOST_AUTO_TEST_CASE(a_server_that_lacks_the_statement_is_asked_first_what_it_has_become) {
  (void)prepare(1, "a");
  alter_table();
  (void)two.heard(2);
  BOOST_TEST(run(2, "a") == kOutdated);
  BOOST_TEST(two.heard(2) == "P(howdah_1 SELECT a) D(howdah_1) H B(howdah_none_outdated) E S");
}

BOOST_AUTO_TEST_CASE(what_has_not_changed_goes_on_and_is_asked_once) {
  (void)prepare(1, "a", "SELECT pg_a");
  alter_table();
  (void)two.heard(2);
  BOOST_TEST(run(2, "a") == "2 D(pg_a) C(SELECT 1) Z(I)");
  BOOST_TEST(two.heard(2) == "P(howdah_1 SELECT pg_a) D(howdah_1) H B(howdah_1) E S");
  BOOST_TEST(run(2, "a") == "2 D(pg_a) C(SELECT 1) Z(I)");
  BOOST_TEST(two.heard(2) == "B(howdah_1) E S");
}

BOOST_AUTO_TEST_CASE(nothing_is_asked_where_no_table_has_changed) {
  (void)prepare(1, "a");
  (void)two.heard(2);
  BOOST_TEST(run(2, "a") == kRow);
  BOOST_TEST(two.heard(2) == "P(howdah_1 SELECT a) B(howdah_1) E S");
}

BOOST_AUTO_TEST_CASE(in_the_middle_of_a_batch_the_answers_come_in_order) {
  (void)prepare(1, "a");
  (void)prepare(1, "b", "SELECT pg_b");
  alter_table();
  BOOST_TEST(two.on(2, run_named("b") + run_named("a") + run_named("b") + sync()) ==
             "2 D(pg_b) C(SELECT 1) " + kOutdated);
}

BOOST_AUTO_TEST_CASE(in_a_transaction_the_error_fails_it) {
  (void)prepare(1, "a");
  change_tables();
  BOOST_TEST(two.on(1, query("BEGIN") + run_named("a") + sync() + query("ROLLBACK")) ==
             "C(BEGIN) Z(T) E(0A000 cached plan must not change result type) Z(E) C(ROLLBACK) Z(I)");
  BOOST_TEST(two.on(2, query("BEGIN") + run_named("a") + sync() + query("ROLLBACK")) ==
             "C(BEGIN) Z(T) E(0A000 cached plan must not change result type) Z(E) C(ROLLBACK) Z(I)");
}

BOOST_AUTO_TEST_CASE(in_a_transaction_even_a_described_request_fails_once_and_is_prepared_anew_next_time) {
  (void)prepare(1, "a");
  change_tables();
  BOOST_TEST(two.on(1, query("BEGIN") + described("a") + sync() + query("ROLLBACK")) ==
             "C(BEGIN) Z(T) E(0A000 cached plan must not change result type) Z(E) C(ROLLBACK) Z(I)");
  BOOST_TEST(two.on(1, query("BEGIN") + described("a") + sync() + query("ROLLBACK")) ==
             "C(BEGIN) Z(T) 2 T D(a) C(SELECT 1) Z(T) C(ROLLBACK) Z(I)");
}

BOOST_AUTO_TEST_CASE(what_a_transaction_has_changed_and_rolled_back_concerns_nobody) {
  (void)prepare(1, "a");
  BOOST_TEST(two.on(2, query("BEGIN") + query("ALTER TABLE t")) == "C(BEGIN) Z(T) C(ALTER TABLE t) Z(T)");
  two.play.script(2).change_tables();
  BOOST_TEST(two.ann.send(run_named("a") + sync()).hears() == "E(0A000 cached plan must not change result type) Z(E)");
  two.ann.send(query("ROLLBACK"));
  (void)two.ann.hears();
  two.play.script(2).change_tables(-1);
  BOOST_TEST(run(2, "a") == kRow);
  BOOST_TEST(run(1, "a") == kRow);
}

BOOST_AUTO_TEST_CASE(two_runs_in_one_batch_are_not_repeated) {
  (void)two.on(1, parse("a", "SELECT a") + sync());
  change_tables();
  BOOST_TEST(two.on(1, described("a") + described("a") + sync()) == kOutdated);
  BOOST_TEST(two.on(1, described("a") + described("a") + sync()) == "2 T D(a) C(SELECT 1) 2 T D(a) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(a_request_with_others_behind_it_is_not_repeated) {
  (void)two.on(1, parse("a", "SELECT a") + sync());
  change_tables();
  BOOST_TEST(two.on(1, described("a") + sync() + query("SELECT b")) == kOutdated + " T D(b) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(what_comes_while_a_request_is_repeated_waits_for_it) {
  (void)two.on(1, parse("a", "SELECT a") + sync());
  change_tables();
  (void)refuse_ann_up_to_ready();
  two.ann.send(query("SELECT b"));
  two.play.loop.turn([&] { two.ann.socket().read(); });
  two.play.is_held = false;
  two.play.run();
  BOOST_TEST(two.ann.hears() == kDescribedRow + " T D(b) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(a_server_that_is_lost_before_a_request_is_repeated_is_told_of) {
  (void)two.on(1, parse("a", "SELECT a") + sync());
  change_tables();
  auto& server = refuse_ann_up_to_ready();
  server.socket().reset();
  two.play.is_held = false;
  two.play.run();
  BOOST_TEST(two.ann.hears() == "E(FATAL 08006 server closed the connection unexpectedly)");
  BOOST_TEST(two.ann.is_closed());
  BOOST_TEST(two.bob.ask("SELECT b") == "T D(b) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(a_large_request_is_not_kept) {
  const std::string parameter(20000, 'x');
  std::string bind_large;
  protocol::MessageWriter(bind_large, 'B')
      .c_string("")
      .c_string("a")
      .int16(0)
      .int16(1)
      .int32(20000)
      .bytes(parameter)
      .int16(0);
  (void)two.on(1, parse("a", "SELECT a") + sync());
  change_tables();
  BOOST_TEST(two.on(1, bind_large + describe('P', "") + execute() + sync()) == kOutdated);
}

BOOST_AUTO_TEST_CASE(a_question_that_the_server_skips_is_not_waited_for) {
  (void)prepare(1, "a");
  alter_table();
  BOOST_TEST(two.on(2, run_named("unknown") + run_named("a") + sync() + parse("b", "SELECT b") + describe('S', "b") +
                           run_named("b") + sync()) ==
             "E(26000 prepared statement \"unknown\" does not exist) Z(I) 1 t T 2 D(b) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(a_describe_that_the_server_skips_tells_nothing) {
  (void)two.on(1, parse("a", "SELECT pg_a") + parse("b", "SELECT b") + sync());
  const auto skipped = run_named("unknown") + tests::bind("", "a") + describe('P', "");
  BOOST_TEST(two.on(1, skipped.substr(0, skipped.size() - 1)) ==
             "E(26000 prepared statement \"unknown\" does not exist)");
  BOOST_TEST(two.ann.send(skipped.substr(skipped.size() - 1) + sync()).hears() == "Z(I)");
  BOOST_TEST(two.on(1, tests::bind("", "b") + flush() + describe('P', "") + execute() + sync()) ==
             "2 T D(b) C(SELECT 1) Z(I)");
  alter_table();
  BOOST_TEST(run(2, "a") == "2 D(pg_a) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(a_text_that_is_prepared_again_after_ddl_does_not_meet_the_old_statement) {
  (void)prepare(1, "a");
  alter_table();
  BOOST_TEST(two.on(1, two.bob, parse("b", "SELECT a") + sync()) == "1 Z(I)");
  BOOST_TEST(two.on(1, two.bob, run_named("b") + sync()) == kRow);
  BOOST_TEST(two.on(2, two.bob, run_named("b") + sync()) == kRow);
}

BOOST_AUTO_TEST_CASE(a_client_of_a_name_like_that_of_outdated_ones_is_told_its_own_name) {
  const std::string name = "howdah_none_outdated";
  BOOST_TEST(two.on(1, run_named(name) + sync()) == "E(26000 prepared statement \"" + name + "\" does not exist) Z(I)");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
