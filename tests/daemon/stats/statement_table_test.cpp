#include "daemon/stats/statement_table.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "daemon/stats/statement_sums.h"

namespace howdah::stats {

namespace {

std::string text_of(int number) {
  return "SELECT column" + std::to_string(number);
}

bool holds(const StatementTable& table, std::string_view text) {
  return std::ranges::any_of(table.snapshots(), [text](const auto& one) { return one.text == text; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(statement_table)

BOOST_AUTO_TEST_CASE(texts_of_one_fingerprint_share_their_counts) {
  const StatementOwner owner{.database = "shop", .user = "app"};
  StatementTable table(10);
  ++table.of(owner, "SELECT 1").counts()->calls;
  ++table.of(owner, "select 'x'").counts()->calls;
  ++table.of(owner, "SELECT 1").counts()->calls;
  const auto all = table.snapshots();
  BOOST_REQUIRE(all.size() == 1U);
  BOOST_TEST(all[0].calls == 3U);
  BOOST_TEST(all[0].text == "select $1");
  BOOST_TEST(all[0].database == "shop");
  BOOST_TEST(all[0].user == "app");
}

BOOST_AUTO_TEST_CASE(owners_are_told_apart) {
  const StatementOwner ann{.database = "shop", .user = "ann"};
  const StatementOwner bob{.database = "shop", .user = "bob"};
  StatementTable table(10);
  const protocol::Statement statement(1, "", protocol::Bytes("SELECT 1\0\0\0", 11));
  for (const auto* owner : {&ann, &bob, &ann}) {
    ++table.of(*owner, "SELECT 1").counts()->calls;
    ++table.of(*owner, statement).counts()->calls;
  }
  auto all = table.snapshots();
  std::ranges::sort(all, {}, &StatementSnapshot::user);
  BOOST_REQUIRE(all.size() == 2U);
  BOOST_TEST(all[0].calls == 4U);
  BOOST_TEST(all[1].calls == 2U);
}

// At the front, in the middle and at the end they are the same.
BOOST_AUTO_TEST_CASE(texts_that_look_alike_are_told_apart) {
  const StatementOwner owner{.database = "shop", .user = "app"};
  for (const std::string& end : {std::string(" FROM some_table_of_the_shop"), std::string(1000, 'x')}) {
    StatementTable several(10);
    for (int round = 0; round < 2; ++round) {
      for (const char column : {'a', 'b'}) {
        auto* counts = several.of(owner, std::string("SELECT   ") + column + end).counts();
        BOOST_REQUIRE(counts != nullptr);
        ++counts->calls;
      }
    }
    BOOST_TEST(several.size() == 2U);
    for (const auto& snapshot : several.snapshots()) BOOST_TEST(snapshot.calls == 2U);
  }
}

BOOST_AUTO_TEST_CASE(the_memory_is_bounded_and_what_takes_time_stays) {
  const StatementOwner owner;
  StatementTable table(100);
  const auto kept = table.of(owner, "SELECT slow");
  const auto forgotten = table.of(owner, text_of(0));
  for (int number = 1; number < 10'000; ++number) {
    (void)table.of(owner, text_of(number));
    kept.counts()->server_microseconds += 10;
    BOOST_TEST_REQUIRE(table.size() <= 100U);
  }
  BOOST_TEST(holds(table, "select slow"));
  BOOST_TEST(forgotten.counts() == nullptr);
  BOOST_TEST(forgotten.text() == "");
  BOOST_TEST(kept.text() == "select slow");
  BOOST_TEST(table.of(owner, text_of(0)).counts()->calls == 0U);
}

BOOST_AUTO_TEST_CASE(what_took_time_long_ago_goes_in_the_end) {
  const StatementOwner owner;
  StatementTable table(20);
  table.of(owner, "SELECT old").counts()->server_microseconds = 1000;
  for (int number = 0; number < 10'000 && holds(table, "select old"); ++number) {
    table.of(owner, text_of(number)).counts()->server_microseconds += 10;
  }
  BOOST_TEST(!holds(table, "select old"));
}

BOOST_AUTO_TEST_CASE(a_long_text_is_cut_between_characters) {
  const StatementOwner owner;
  StatementTable table(10);
  std::string text = "SELECT ";
  while (text.size() < 3000) text += "\u00e9";
  (void)table.of(owner, text);
  const auto kept = table.snapshots().front().text;
  BOOST_TEST(kept.size() <= StatementTable::kMostTextBytes);
  BOOST_TEST(kept.size() >= StatementTable::kMostTextBytes - 4);
  BOOST_TEST(static_cast<unsigned char>(kept.back()) == 0xa9U);
}

BOOST_AUTO_TEST_CASE(what_workers_have_counted_becomes_one) {
  const auto part = [](std::string user, std::uint64_t calls, int micros) {
    return StatementSnapshot{.database = "shop",
                             .user = std::move(user),
                             .fingerprint = 7,
                             .text = "select $1",
                             .calls = calls,
                             .server_time = Microseconds(micros),
                             .longest = Microseconds(micros)};
  };
  std::vector<StatementSnapshot> all{part("ann", 1, 10), part("bob", 1, 50), part("ann", 2, 20)};
  merge_statements(all);
  BOOST_REQUIRE(all.size() == 2U);
  BOOST_TEST(all[0].user == "bob");
  BOOST_TEST(all[1].calls == 3U);
  BOOST_TEST(all[1].server_time.count() == 30);
  BOOST_TEST(all[1].longest.count() == 20);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::stats
