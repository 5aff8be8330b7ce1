#include "daemon/server/statement_runs.h"

#include <boost/test/unit_test.hpp>

namespace howdah::server {

namespace {

using std::chrono::milliseconds;

struct Fixture {
  stats::StatementOwner owner{.database = "shop", .user = "app"};
  stats::StatementTable table{10};
  stats::StatementTable::Reference one = table.of(owner, "SELECT one");
  stats::StatementTable::Reference two = table.of(owner, "SELECT two");
  StatementRuns runs;
  worker::TimePoint now;

  Fixture() {
    runs.begin_lease(0);
    runs.follow(worker::TimePoint::duration::max());
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(statement_runs, Fixture)

BOOST_AUTO_TEST_CASE(rows_and_bytes_from_before_the_lease_are_nobodys) {
  runs.note_rows(5);
  runs.begin_lease(1000);
  runs.follow(worker::TimePoint::duration::max());
  runs.begin(one, now);
  runs.note_rows(2);
  runs.complete(1030, now);
  BOOST_TEST(one.counts()->rows == 2U);
  BOOST_TEST(one.counts()->bytes == 30U);
  BOOST_TEST(runs.take_row_count() == 2U);
}

BOOST_AUTO_TEST_CASE(of_a_pipeline_each_has_the_time_since_the_one_before) {
  for (const auto& statement : {one, one, two}) runs.begin(statement, now);
  runs.complete(10, now + milliseconds(5));
  runs.complete(20, now + milliseconds(7));
  runs.complete(50, now + milliseconds(7));
  BOOST_TEST(one.counts()->calls == 2U);
  BOOST_TEST(one.counts()->server_microseconds == 7000U);
  BOOST_TEST(one.counts()->longest_microseconds == 5000U);
  BOOST_TEST(one.counts()->bytes == 20U);
  BOOST_TEST(two.counts()->server_microseconds == 0U);
  BOOST_TEST(two.counts()->bytes == 30U);
}

BOOST_AUTO_TEST_CASE(many_of_one_statement_are_counted_together) {
  for (const auto& statement : {one, one, one, two}) runs.begin(statement, now);
  BOOST_TEST(runs.same_count() == 3U);
  runs.note_rows(6);
  runs.complete(60, now + milliseconds(5), 2);
  BOOST_TEST(runs.same_count() == 1U);
  BOOST_TEST(one.counts()->calls == 2U);
  BOOST_TEST(one.counts()->rows == 6U);
  BOOST_TEST(one.counts()->bytes == 60U);
  BOOST_TEST(one.counts()->longest_microseconds == 5000U);
  runs.complete(70, now + milliseconds(5), runs.same_count());
  BOOST_TEST(one.counts()->calls == 3U);
  BOOST_TEST(one.counts()->server_microseconds == 5000U);
  runs.complete(90, now + milliseconds(5), runs.same_count());
  BOOST_TEST(two.counts()->bytes == 20U);
  BOOST_TEST(runs.same_count() == 0U);
}

BOOST_AUTO_TEST_CASE(what_the_server_skips_is_not_counted) {
  for (const auto& statement : {one, two, two, one}) runs.begin(statement, now);
  runs.fail(10, now);
  runs.drop(2);
  runs.complete(20, now);
  BOOST_TEST(one.counts()->calls == 2U);
  BOOST_TEST(one.counts()->errors == 1U);
  BOOST_TEST(two.counts()->calls == 0U);
}

BOOST_AUTO_TEST_CASE(more_answers_than_runs_do_no_harm) {
  runs.complete(10, now);
  runs.fail(10, now);
  runs.drop(5);
  runs.begin(one, now);
  runs.drop(5);
  runs.complete(20, now);
  BOOST_TEST(one.counts()->calls == 0U);
}

BOOST_AUTO_TEST_CASE(a_wait_is_that_of_the_first) {
  runs.note_wait(milliseconds(3));
  for (const auto& statement : {one, two}) runs.begin(statement, now);
  runs.complete(10, now);
  runs.complete(20, now);
  BOOST_TEST(one.counts()->wait_microseconds == 3000U);
  BOOST_TEST(two.counts()->wait_microseconds == 0U);
}

BOOST_AUTO_TEST_CASE(a_pipeline_that_never_ends_keeps_its_memory) {
  runs.begin(one, now);
  for (int count = 0; count < 100'000; ++count) {
    runs.begin(count % 2 == 0 ? two : one, now);
    runs.complete(10, now);
  }
  BOOST_TEST(one.counts()->calls + two.counts()->calls == 100'000U);
}

BOOST_AUTO_TEST_CASE(slow_ones_are_kept_for_who_asks) {
  runs.follow(milliseconds(100));
  for (const auto& statement : {one, two}) runs.begin(statement, now);
  runs.complete(10, now + milliseconds(99));
  BOOST_TEST(!runs.has_slow());
  runs.fail(20, now + milliseconds(199));
  const auto slow = runs.take_slow();
  BOOST_REQUIRE(slow.size() == 1U);
  BOOST_TEST(slow[0].statement.text() == "select two");
  BOOST_TEST(slow[0].is_failed);
  BOOST_TEST(!runs.has_slow());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::server
