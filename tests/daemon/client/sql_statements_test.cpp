// SQL that prepares, executes and drops statements, beside those of the protocol. (semantics.md, 12)
#include <boost/test/unit_test.hpp>

#include "tests/support/play/two_servers.h"

namespace howdah::tests {

namespace {

const std::string kAnswer = "2 D(1) C(SELECT 1) Z(I)";

std::string prepared(std::string_view name, std::string_view text = "SELECT 1") {
  return parse(name, text) + sync();
}

std::string run_of(std::string_view name) {
  return run_named(name) + sync();
}

std::string unknown(const std::string& name) {
  return "E(26000 prepared statement \"" + name + "\" does not exist) Z(I)";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sql_statements)

BOOST_AUTO_TEST_CASE(deallocate_means_the_client_s_statement_on_any_server) {
  for (const std::string text : {"DEALLOCATE a", "deallocate prepare a", "deallocate all", "Discard All"}) {
    BOOST_TEST_CONTEXT(text) {
      TwoServers two;
      (void)two.on(1, prepared("a"));
      BOOST_TEST(two.on(2, query(text)).ends_with("Z(I)"));
      BOOST_TEST(two.on(1, run_of("a")) == unknown("a"));
      BOOST_TEST(two.on(2, run_of("a")) == unknown("a"));
      BOOST_TEST(two.on(2, prepared("a", "SELECT 2")) == "1 Z(I)");
      (void)two.on(1, two.bob, prepared("a"));
      BOOST_TEST(two.on(1, statement(text) + sync()).ends_with("Z(I)"));
      BOOST_TEST(two.on(2, run_of("a")) == unknown("a"));
      BOOST_TEST(two.on(2, two.bob, run_of("a")) == kAnswer);
      BOOST_TEST(two.play.pool().ledger().counts().idle == 2U);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_follows_a_deallocate_in_a_pipeline_comes_behind_it) {
  TwoServers two;
  BOOST_TEST(two.on(1, prepared("a") + query("DEALLOCATE a") + prepared("a", "SELECT 2") + run_of("a")) ==
             "1 Z(I) C(DEALLOCATE) Z(I) 1 Z(I) 2 D(2) C(SELECT 1) Z(I)");
  BOOST_TEST(two.on(1, query("DISCARD ALL") + run_of("a")) == "C(DISCARD ALL) Z(I) " + unknown("a"));
  BOOST_TEST(two.on(2, prepared("a") + statement("DEALLOCATE ALL") + parse("a", "SELECT 3") + run_of("a")) ==
             "1 Z(I) 1 2 C(DEALLOCATE ALL) 1 2 D(3) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(a_deallocate_that_fails_takes_no_other_name_with_it_later) {
  TwoServers two;
  (void)two.on(1, prepared("a") + prepared("b", "SELECT 2"));
  BOOST_TEST(two.on(1, query("DEALLOCATE nobody")) == unknown("nobody"));
  BOOST_TEST(two.on(1, query("DEALLOCATE b")) == "C(DEALLOCATE) Z(I)");
  BOOST_TEST(two.on(2, run_of("b")) == unknown("b"));
  BOOST_TEST(two.on(2, run_of("a")) == kAnswer);
}

BOOST_AUTO_TEST_CASE(execute_finds_the_client_s_statement_and_leaves_its_name_to_nobody) {
  TwoServers two;
  (void)two.on(1, prepared("a"));
  BOOST_TEST(two.on(2, query("EXECUTE a")) == "T D(1) C(SELECT 1) Z(I)");
  BOOST_TEST(two.heard(2) == "P(a SELECT 1) S Q(EXECUTE a) C(a) S");
  BOOST_TEST(two.on(2, two.bob, query("EXECUTE a")) == unknown("a"));
  BOOST_TEST(two.on(2, two.bob, run_of("a")) == unknown("a"));
  BOOST_TEST(two.on(1, statement("EXECUTE a") + sync()) == "1 2 D(1) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_does_not_leave_its_names) {
  TwoServers two;
  (void)two.on(1, prepared("a"));
  BOOST_TEST(two.on(1, query("BEGIN") + query("EXECUTE a")) == "C(BEGIN) Z(T) T D(1) C(SELECT 1) Z(T)");
  two.ann.vanish();
  BOOST_TEST(two.on(1, two.bob, run_of("a")) == unknown("a"));
}

BOOST_AUTO_TEST_CASE(an_execute_that_was_prepared_elsewhere_finds_its_statement_too) {
  TwoServers two;
  (void)two.on(1, prepared("a") + prepared("e", "EXECUTE a"));
  BOOST_TEST(two.on(2, run_of("e")) == kAnswer);
  (void)two.on(1, parse("", "EXECUTE a") + sync());
  BOOST_TEST(two.on(2, bind() + execute() + sync()) == kAnswer);
}

BOOST_AUTO_TEST_CASE(prepare_gives_names_that_the_protocol_knows) {
  TwoServers two;
  BOOST_TEST(two.on(1, query("PREPARE a AS SELECT 1")) == "C(PREPARE) Z(I)");
  BOOST_TEST(two.play.pool().ledger().counts().idle == 1U);  // kept for the statement
  BOOST_TEST(two.ann.send(run_of("a")).hears() == kAnswer);
  BOOST_TEST(two.ann.send(prepared("a")).hears() == "E(42P05 prepared statement \"a\" already exists) Z(I)");
  BOOST_TEST(two.ann.send(close('S', "a") + parse("a", "SELECT 2") + run_of("a")).hears() ==
             "3 1 2 D(2) C(SELECT 1) Z(I)");
  BOOST_TEST(two.ann.send(prepared("a")).hears() == "E(42P05 prepared statement \"a\" already exists) Z(I)");
  BOOST_TEST(two.ann.ask("DEALLOCATE ALL") == "C(DEALLOCATE ALL) Z(I)");
  BOOST_TEST(two.play.pool().ledger().counts().idle == 2U);
}

BOOST_AUTO_TEST_CASE(prepare_hears_of_names_that_the_protocol_gave) {
  TwoServers two;
  (void)two.on(1, prepared("a"));
  BOOST_TEST(two.on(2, query("PREPARE a AS SELECT 2")) == "E(42P05 prepared statement \"a\" already exists) Z(I)");
  BOOST_TEST(two.on(1, run_of("a")) == kAnswer);
}

BOOST_AUTO_TEST_CASE(what_sql_only_seems_to_need_does_not_harm_it) {
  TwoServers two;
  (void)two.on(1, prepared("a"));
  BOOST_TEST(two.on(2, query("BEGIN") + query("ERROR x") + query("SELECT EXECUTE a")).ends_with("Z(E)"));
  BOOST_TEST(two.ann.ask("ROLLBACK") == "C(ROLLBACK) Z(I)");
  BOOST_TEST(two.on(2, query("SELECT 'EXECUTE a'")) == "T D('EXECUTE a') C(SELECT 1) Z(I)");
}

// What a server skips after an error ends with the client's Sync, not with one of ours.
BOOST_AUTO_TEST_CASE(an_execute_behind_an_error_is_skipped_up_to_the_sync) {
  TwoServers two;
  (void)two.on(1, prepared("a"));
  for (const auto number : {1UZ, 2UZ}) {
    BOOST_TEST(two.on(number, bind("", "nobody") + function_call(7) + query("EXECUTE a") + sync()) ==
               unknown("nobody"));
    BOOST_TEST(two.on(number, bind("", "nobody") + query("EXECUTE a") + sync()) == unknown("nobody"));
  }
}

BOOST_AUTO_TEST_CASE(sql_behind_the_rollback_of_a_failed_transaction_meets_what_the_client_has_prepared) {
  const auto run = [](std::string_view text) { return parse("", text) + bind() + execute(); };
  TwoServers two;
  (void)two.on(1, parse("b", "SELECT 1") + sync());
  BOOST_TEST(two.on(2, query("BEGIN") + query("ERROR x")) == "C(BEGIN) Z(T) E(42601 ERROR x) Z(E)");
  BOOST_TEST(two.ann.send(run("ROLLBACK") + run("PREPARE b AS SELECT 2") + sync()).hears() ==
             "1 2 C(ROLLBACK) 1 2 E(42P05 prepared statement \"b\" already exists) Z(I)");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
