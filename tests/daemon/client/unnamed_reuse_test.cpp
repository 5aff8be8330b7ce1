// prepared_statements.reuse_unnamed: the server's shared statement stands for an unnamed one whose text was seen
// before.
#include <boost/test/unit_test.hpp>

#include "tests/support/play/two_servers.h"

namespace howdah::tests {

namespace {

const std::string kText = "SELECT 1";
const std::string kRun = bind() + execute() + sync();
const std::string kAnswer = "2 D(1) C(SELECT 1) Z(I)";
const std::string kUnknown = "E(26000 prepared statement \"\" does not exist) Z(I)";

config::Settings reusing(int per_server = 500) {
  auto settings = one_pool(2);
  pool_of(settings).prepared_statements = {.per_server = per_server, .reuse_unnamed = true};
  return settings;
}

std::string prepared(std::string_view text) {
  return parse("", text) + sync();
}

std::string whole(std::string_view text) {
  return statement(text) + sync();
}

// The text has been seen once.
struct Seen : TwoServers {
  explicit Seen(config::Settings settings = reusing(), std::string_view text = kText)
      : TwoServers(std::move(settings)) {
    (void)on(1, bob, prepared(text) + query("SELECT"));
    (void)heard(1);
  }
};

// It is on server 1, as howdah_1.
struct Shared : Seen {
  explicit Shared(config::Settings settings = reusing(), std::string_view text = kText)
      : Seen(std::move(settings), text) {
    (void)on(1, bob, prepared(text) + query("SELECT"));
    (void)heard(1);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(unnamed_reuse)

BOOST_AUTO_TEST_CASE(a_text_seen_before_is_prepared_once_and_then_only_bound) {
  TwoServers two(reusing());
  for (const std::string heard : {"P(SELECT 1) B E S", "P(howdah_1 SELECT 1) B(howdah_1) E S",
                                  "C(howdah_none_) B(howdah_1) E S", "C(howdah_none_) B(howdah_1) E S"}) {
    BOOST_TEST(two.on(1, whole(kText)) == "1 " + kAnswer);
    BOOST_TEST(two.heard(1) == heard);
  }
}

BOOST_AUTO_TEST_CASE(without_the_option_it_is_always_parsed) {
  TwoServers two;
  for (int i = 0; i < 4; ++i) {
    BOOST_TEST(two.on(1, whole(kText)) == "1 " + kAnswer);
    BOOST_TEST(two.heard(1) == "P(SELECT 1) B E S");
  }
  BOOST_TEST(two.play.pool().statements().size() == 0U);
}

BOOST_AUTO_TEST_CASE(clients_share_it_and_each_server_gets_it) {
  Shared two;
  BOOST_TEST(two.on(1, whole(kText)) == "1 " + kAnswer);
  BOOST_TEST(two.heard(1) == "C(howdah_none_) B(howdah_1) E S");
  BOOST_TEST(two.on(2, whole(kText)) == "1 " + kAnswer);
  BOOST_TEST(two.heard(2) == "P(howdah_1 SELECT 1) B(howdah_1) E S");
  BOOST_TEST(two.on(2, two.bob, parse("named", kText) + sync()) == "1 Z(I)");
  BOOST_TEST(two.heard(2) == "C(howdah_none_) S");
}

BOOST_AUTO_TEST_CASE(it_follows_its_session) {
  Shared two;
  BOOST_TEST(two.on(1, parse("", kText) + describe('S') + sync()) == "1 t T Z(I)");
  BOOST_TEST(two.heard(1) == "C(howdah_none_) D(howdah_1) S");
  BOOST_TEST(two.on(2, kRun) == kAnswer);
  BOOST_TEST(two.heard(2) == "P(howdah_1 SELECT 1) B(howdah_1) E S");
  BOOST_TEST(two.on(1, describe('S') + flush()) == "t T");
  BOOST_TEST(two.ann.send(kRun).hears() == kAnswer);
}

BOOST_AUTO_TEST_CASE(what_destroys_an_unnamed_statement_destroys_it) {
  Shared two;
  for (const auto& [end, answer] :
       {std::pair(query("SELECT 2"), "T D(2) C(SELECT 1) Z(I)"), std::pair(close('S', "") + sync(), "3 Z(I)"),
        std::pair(prepared("ERROR x"), "E(42601 ERROR x) Z(I)")}) {
    for (const auto number : {1UZ, 2UZ}) {
      BOOST_TEST(two.on(1, prepared(kText)) == "1 Z(I)");
      BOOST_TEST(two.on(number, end) == answer);
      BOOST_TEST(two.on(1, kRun) == kUnknown);
      const auto all = std::string("1 Z(I) ").append(answer).append(" ").append(kUnknown);
      BOOST_TEST(two.on(1, prepared(kText).append(end).append(kRun)) == all);
      BOOST_TEST(two.on(number, prepared(kText)) == "1 Z(I)");
      BOOST_TEST(two.on(1, kRun) == kAnswer);
    }
  }
  BOOST_TEST(two.on(1, parse("", kText) + close('S', "") + kRun) == "1 3 " + kUnknown);
}

// The server's own unnamed statement is still there then, of this client or of another.
BOOST_AUTO_TEST_CASE(nobody_meets_the_server_s_unnamed_statement_in_its_place) {
  Shared two;
  BOOST_TEST(two.on(1, prepared("SELECT old") + prepared(kText) + kRun) == "1 Z(I) 1 Z(I) " + kAnswer);
  BOOST_TEST(two.on(1, two.bob, prepared("SELECT bob")) == "1 Z(I)");
  BOOST_TEST(two.on(1, kRun) == kAnswer);
  BOOST_TEST(two.on(1, close('S', "") + sync()) == "3 Z(I)");
  BOOST_TEST(two.on(1, kRun) == kUnknown);
  BOOST_TEST(two.on(1, two.bob, kRun) == "2 D(bob) C(SELECT 1) Z(I)");
  BOOST_TEST(two.on(1, two.bob, prepared(kText)) == "1 Z(I)");
  BOOST_TEST(two.on(1, two.bob, prepared("SELECT else")) == "1 Z(I)");
  BOOST_TEST(two.on(1, kRun) == kUnknown);
  BOOST_TEST(two.on(1, two.bob, kRun) == "2 D(else) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(one_that_fails_leaves_none) {
  TwoServers two(reusing());
  const std::string text = "SELECT FROM NOWHERE";
  BOOST_TEST(two.on(1, prepared(text)) == "E(42P01 SELECT FROM NOWHERE) Z(I)");
  (void)two.on(1, prepared("SELECT old"));
  BOOST_TEST(two.on(1, prepared(text)) == "E(42P01 SELECT FROM NOWHERE) Z(I)");
  BOOST_TEST(two.heard(1) == "P(howdah_1 SELECT FROM NOWHERE) S");
  BOOST_TEST(two.on(1, kRun) == kUnknown);
  BOOST_TEST(two.heard(1) == "C B E S");
  BOOST_TEST(two.play.pool().statements().size() == 0U);
}

BOOST_AUTO_TEST_CASE(those_that_the_server_skipped_leave_the_one_before) {
  Shared two;
  const auto failing = bind("", "nobody");
  (void)two.on(1, prepared(kText));
  BOOST_TEST(two.on(2, failing + parse("", "SELECT 2") + parse("", "SELECT 3") + sync()).starts_with("E(26000"));
  BOOST_TEST(two.on(1, kRun) == kAnswer);
  (void)two.on(1, prepared("SELECT own"));
  BOOST_TEST(two.on(1, failing + parse("", kText) + close('S', "") + sync()).starts_with("E(26000"));
  BOOST_TEST(two.on(2, kRun) == "2 D(own) C(SELECT 1) Z(I)");
  std::string many = parse("", kText);
  for (int i = 0; i < 7; ++i) many += i == 0 ? failing : parse("", "SELECT many");
  (void)two.on(1, prepared("SELECT before"));
  BOOST_TEST(two.on(1, many + sync()).starts_with("1 E(26000"));
  BOOST_TEST(two.play.pool().ledger().counts().idle == 2U);
  BOOST_TEST(two.on(2, kRun) == kAnswer);
}

BOOST_AUTO_TEST_CASE(in_one_batch_it_is_prepared_once) {
  Seen two;
  BOOST_TEST(two.on(1, statement(kText) + statement("SELECT 2") + statement(kText) + sync()) ==
             "1 2 D(1) C(SELECT 1) 1 2 D(2) C(SELECT 1) 1 " + kAnswer);
  BOOST_TEST(two.heard(1) == "P(howdah_1 SELECT 1) B(howdah_1) E P(SELECT 2) B E C(howdah_none_) B(howdah_1) E S");
}

// Whether it would fail there is not known yet.
BOOST_AUTO_TEST_CASE(behind_a_sync_that_is_not_answered_it_is_parsed) {
  Shared two;
  BOOST_TEST(two.on(1, whole(kText) + whole(kText)) == "1 " + kAnswer + " 1 " + kAnswer);
  BOOST_TEST(two.heard(1) == "C(howdah_none_) B(howdah_1) E S P(SELECT 1) B E S");
  BOOST_TEST(two.on(1, whole("BEGIN") + whole("ERROR x") + whole(kText) + whole("ROLLBACK")) ==
             "1 2 C(BEGIN) Z(T) E(42601 ERROR x) Z(E) E(25P02 current transaction is aborted, commands ignored until "
             "end of transaction block) Z(E) 1 2 C(ROLLBACK) Z(I)");
}

BOOST_AUTO_TEST_CASE(in_a_failed_transaction_it_is_refused_as_any_other) {
  Shared two;
  (void)two.on(1, query("BEGIN"));
  BOOST_TEST(two.ann.send(prepared(kText)).hears() == "1 Z(T)");
  (void)two.ann.ask("ERROR x");
  BOOST_TEST(two.ann.send(prepared(kText)).hears().starts_with("E(25P02"));
  BOOST_TEST(two.ann.ask("ROLLBACK") == "C(ROLLBACK) Z(I)");
  BOOST_TEST(two.on(1, kRun) == kUnknown);
}

BOOST_AUTO_TEST_CASE(texts_that_are_not_planned_or_leave_state_are_sent_as_they_are) {
  for (const std::string text : {"BEGIN", "SET k = v", "LISTEN c", "ROWS 2 x", "SELECT set_config('k','v',false)",
                                 "SELECT pg_advisory_lock(1)", "PREPARE a AS SELECT 1", "SELECT date 'today'"}) {
    BOOST_TEST_CONTEXT(text) {
      TwoServers two(reusing());
      for (int i = 0; i < 3; ++i) {
        (void)two.on(1, two.bob, prepared(text) + query("DISCARD ALL"));
        BOOST_TEST(two.heard(1).starts_with("P(" + text + ") S"));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_client_that_has_left_state_is_served_as_before) {
  Shared two;
  (void)two.on(1, query("PREPARE p AS SELECT 2"));
  (void)two.heard(1);
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(two.ann.send(whole(kText)).hears() == "1 " + kAnswer);
    BOOST_TEST(two.heard(1) == "P(SELECT 1) B E S");
  }
}

BOOST_AUTO_TEST_CASE(one_too_large_to_be_carried_is_sent_as_it_is) {
  TwoServers two(reusing());
  two.play.portion = 4096;
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(two.on(1, prepared("SELECT " + std::string(300'000, 'x'))) == "1 Z(I)");
    BOOST_TEST(two.heard(1).contains("P(SELECT xxx"));
    (void)two.ann.ask("SELECT 1");
  }
}

BOOST_AUTO_TEST_CASE(after_ddl_the_text_is_prepared_anew) {
  Shared two;
  (void)two.on(2, query("ALTER TABLE t"));
  two.play.script(1).change_tables();
  BOOST_TEST(two.on(1, whole(kText)) == "1 " + kAnswer);
  BOOST_TEST(two.heard(1) == "P(howdah_2 SELECT 1) B(howdah_2) E S");
  BOOST_TEST(two.on(2, two.bob, whole(kText)) == "1 " + kAnswer);
  BOOST_TEST(two.heard(2) == "P(howdah_2 SELECT 1) B(howdah_2) E S");
}

BOOST_AUTO_TEST_CASE(behind_ddl_in_one_batch_it_is_parsed) {
  Shared two;
  BOOST_TEST(two.on(1, statement("ALTER TABLE t") + whole(kText)) == "1 2 C(ALTER TABLE t) 1 " + kAnswer);
  BOOST_TEST(two.heard(1) == "P(ALTER TABLE t) B E P(SELECT 1) B E S");
  (void)two.on(1, parse("ddl", "DROP TABLE t") + sync() + whole(kText));
  (void)two.heard(1);
  BOOST_TEST(two.on(1, run_named("ddl") + whole(kText)) == "2 C(DROP TABLE t) 1 " + kAnswer);
  BOOST_TEST(two.heard(1) == "B(howdah_2) E P(SELECT 1) B E S");
}

BOOST_AUTO_TEST_CASE(one_that_the_catalog_has_outdated_unseen_is_an_error_once) {
  Shared two;
  two.play.script(1).change_tables();
  BOOST_TEST(two.on(1, whole(kText)) == "1 E(0A000 cached plan must not change result type) Z(I)");
  BOOST_TEST(two.on(1, whole(kText)) == "1 " + kAnswer);
}

BOOST_AUTO_TEST_CASE(a_bind_alone_of_an_outdated_one_is_sent_again) {
  Shared two;
  (void)two.on(1, prepared(kText));
  two.play.script(1).change_tables();
  BOOST_TEST(two.on(1, kRun) == kAnswer);
}

// As for named ones: who was told of other rows does not get these without their description.
BOOST_AUTO_TEST_CASE(rows_after_ddl_are_those_that_were_described_or_an_error) {
  Shared two;
  const std::string described = parse("", kText) + describe('S') + sync();
  for (const bool is_described_again : {false, true}) {
    BOOST_TEST(two.on(1, described) == "1 t T Z(I)");
    (void)two.on(1, two.bob, query("ALTER TABLE t"));
    for (const auto number : {1UZ, 2UZ}) two.play.script(number).change_tables();
    const auto run = bind() + (is_described_again ? describe('P') : "") + execute() + sync();
    BOOST_TEST(two.on(2, run) == (is_described_again ? "2 T D(1) C(SELECT 1) Z(I)"
                                                     : "E(0A000 cached plan must not change result type) Z(I)"));
    BOOST_TEST(two.on(2, whole(kText)) == "1 " + kAnswer);
  }
}

BOOST_AUTO_TEST_CASE(settings_tell_them_apart) {
  for (const auto* const setting : {"search_path", "timezone"}) {
    Shared two;
    auto& eve = two.play.log_in("app", "shop", {{setting, "other"}});
    for (const std::string heard : {"P(SELECT 1) B E S", "P(howdah_2 SELECT 1) B(howdah_2) E S"}) {
      BOOST_TEST(two.on(1, eve, whole(kText)) == "1 " + kAnswer);
      BOOST_TEST(two.heard(1).ends_with(heard));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_one_used_the_longest_ago_is_closed) {
  TwoServers two(reusing(2));
  for (const auto* const text : {"SELECT a", "SELECT a", "SELECT b", "SELECT b", "SELECT a", "SELECT c", "SELECT c"}) {
    (void)two.on(1, whole(text));
  }
  (void)two.on(1, whole("SELECT c"));
  BOOST_TEST(two.heard(1) == "C(howdah_2) C(howdah_none_) B(howdah_3) E S");
  (void)two.on(1, whole("SELECT b"));
  BOOST_TEST(two.heard(1) == "P(howdah_4 SELECT b) B(howdah_4) E S");
}

BOOST_AUTO_TEST_CASE(a_deallocate_under_way_is_waited_for) {
  Shared two;
  (void)two.on(1, parse("all", "DEALLOCATE ALL") + parse("", kText) + sync());
  BOOST_TEST(two.on(1, run_named("all") + kRun) == "2 C(DEALLOCATE ALL) " + kAnswer);
  BOOST_TEST(two.on(1, query("DISCARD ALL") + whole(kText)) == "C(DISCARD ALL) Z(I) 1 " + kAnswer);
}

BOOST_AUTO_TEST_CASE(errors_do_not_show_our_name_and_what_was_lost_is_prepared_anew) {
  Shared two;
  (void)two.on(1, prepared(kText));
  two.play.script(1).lose_statements();
  BOOST_TEST(two.on(1, kRun) == "E(26000 unnamed prepared statement does not exist) Z(I)");
  BOOST_TEST(two.on(1, kRun) == kAnswer);
  (void)two.on(1, two.bob, parse("bob", kText) + sync());
  two.play.script(1).lose_statements();
  BOOST_TEST(two.on(1, two.bob, run_named("bob") + sync()) ==
             "E(26000 prepared statement \"bob\" does not exist) Z(I)");
}

BOOST_AUTO_TEST_CASE(texts_are_freed_when_neither_clients_nor_servers_have_them) {
  Shared two;
  BOOST_TEST(two.on(2, prepared(kText)) == "1 Z(I)");
  auto& cache = two.play.pool().statements();
  BOOST_TEST(cache.size() == 1U);
  two.ann.send(terminate());
  for (const auto number : {1UZ, 2UZ}) two.play.script(number).die();
  two.play.run();
  BOOST_TEST(cache.size() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
