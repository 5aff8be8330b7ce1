// The unnamed statement follows its session, and nobody meets that of another. (semantics.md, 9)
#include <boost/test/unit_test.hpp>

#include "tests/support/play/two_servers.h"

namespace howdah::tests {

namespace {

const std::string kRun = bind() + execute() + sync();
const std::string kUnknown = "E(26000 prepared statement \"\" does not exist) Z(I)";
const std::string kAnswer = "2 D(1) C(SELECT 1) Z(I)";

std::string prepared(std::string_view text) {
  return parse("", text) + sync();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(unnamed_statement)

BOOST_AUTO_TEST_CASE(it_is_prepared_again_where_its_session_goes) {
  TwoServers two;
  BOOST_TEST(two.on(1, prepared("SELECT 1")) == "1 Z(I)");
  BOOST_TEST(two.on(2, kRun) == kAnswer);
  BOOST_TEST(two.heard(2) == "P(SELECT 1) B E S");
  BOOST_TEST(two.on(2, kRun) == kAnswer);
  BOOST_TEST(two.heard(2) == "B E S");
  BOOST_TEST(two.on(1, describe('S') + sync()) == "t T Z(I)");
}

BOOST_AUTO_TEST_CASE(a_simple_query_destroys_it_on_whatever_server) {
  TwoServers two;
  (void)two.on(1, prepared("SELECT 1"));
  (void)two.on(2, query("SELECT 2"));
  BOOST_TEST(two.on(1, kRun) == kUnknown);
  (void)two.on(1, prepared("SELECT 1"));
  BOOST_TEST(two.on(1, query("ERROR x") + kRun) == "E(42601 ERROR x) Z(I) " + kUnknown);
}

BOOST_AUTO_TEST_CASE(nobody_meets_that_of_another) {
  TwoServers two;
  (void)two.on(1, prepared("SELECT ann"));
  BOOST_TEST(two.on(1, two.bob, kRun) == kUnknown);
  (void)two.on(1, two.bob, prepared("SELECT bob"));
  BOOST_TEST(two.on(1, kRun) == "2 D(ann) C(SELECT 1) Z(I)");
  BOOST_TEST(two.on(1, two.bob, kRun) == "2 D(bob) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(one_that_fails_leaves_none) {
  TwoServers two;
  (void)two.on(1, prepared("SELECT 1"));
  BOOST_TEST(two.on(1, prepared("ERROR x")) == "E(42601 ERROR x) Z(I)");
  BOOST_TEST(two.on(2, kRun).starts_with("E(26000"));
}

BOOST_AUTO_TEST_CASE(those_that_the_server_skipped_leave_the_one_before) {
  TwoServers two;
  (void)two.on(1, prepared("SELECT 1"));
  BOOST_TEST(
      two.on(2, bind("", "nobody") + parse("", "SELECT 2") + parse("", "SELECT 3") + sync()).starts_with("E(26000"));
  BOOST_TEST(two.on(1, kRun) == kAnswer);
  BOOST_TEST(
      two.on(1, parse("", "SELECT 4") + statement("SELECT 5") + bind("", "nobody") + parse("", "SELECT 6") + sync())
          .starts_with("1 1 2 D(5) C(SELECT 1) E(26000"));
  BOOST_TEST(two.on(2, kRun) == "2 D(5) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(it_is_closed_wherever_its_session_is) {
  TwoServers two;
  (void)two.on(1, prepared("SELECT 1"));
  BOOST_TEST(two.on(2, close('S', "") + sync()) == "3 Z(I)");
  BOOST_TEST(two.on(1, kRun) == kUnknown);
}

BOOST_AUTO_TEST_CASE(a_pipeline_of_them_is_answered_in_order) {
  TwoServers two;
  BOOST_TEST(two.on(1, prepared("SELECT 1") + kRun + query("SELECT 2") + kRun + prepared("SELECT 3") + kRun) ==
             "1 Z(I) " + kAnswer + " T D(2) C(SELECT 1) Z(I) " + kUnknown + " 1 Z(I) 2 D(3) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(one_too_large_to_be_carried_keeps_its_server) {
  TwoServers two;
  two.play.portion = 4096;
  BOOST_TEST(two.on(1, prepared("SELECT " + std::string(300'000, 'x'))) == "1 Z(I)");
  BOOST_TEST(two.play.pool().ledger().counts().idle == 1U);
  BOOST_TEST(two.ann.send(kRun).hears().starts_with("2 D(xxx"));
  (void)two.ann.ask("SELECT 1");
  BOOST_TEST(two.play.pool().ledger().counts().idle == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
