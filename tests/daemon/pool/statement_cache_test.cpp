#include "daemon/pool/statement_cache.h"

#include <boost/test/unit_test.hpp>
#include <thread>
#include <vector>

namespace howdah::pool {

namespace {

using namespace std::string_literals;

const std::string kOne = "select 1\0\0\0"s;
const std::string kTwo = "select 2\0\0\0"s;

}  // namespace

BOOST_AUTO_TEST_SUITE(statement_cache)

BOOST_AUTO_TEST_CASE(equal_definitions_are_one_statement) {
  StatementCache cache;
  const auto one = cache.intern("", kOne);
  BOOST_TEST(cache.intern("", kOne) == one);
  BOOST_TEST(cache.intern("", kTwo) != one);
  BOOST_TEST(one->definition() == kOne);
}

BOOST_AUTO_TEST_CASE(variants_and_types_tell_statements_apart) {
  StatementCache cache;
  const auto plain = cache.intern("", kOne);
  const auto mine = cache.intern("mine\0"s, kOne);
  const auto typed = cache.intern("", "select 1\0\0\1\0\0\0\x17"s);
  BOOST_TEST(plain != mine);
  BOOST_TEST(plain != typed);
  BOOST_TEST(plain->server_name() != mine->server_name());
  BOOST_TEST(mine->definition() == kOne);
  BOOST_TEST(cache.intern("mine\0"s, kOne) == mine);
}

BOOST_AUTO_TEST_CASE(the_last_holder_frees_a_statement_and_its_name_is_never_given_again) {
  StatementCache cache;
  auto one = cache.intern("", kOne);
  const auto name = one->server_name();
  const auto two = cache.intern("", kTwo);
  BOOST_TEST(cache.size() == 2U);
  one.reset();
  BOOST_TEST(cache.size() == 1U);
  BOOST_TEST(cache.intern("", kOne)->server_name() != name);
  BOOST_TEST(cache.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_renewed_statement_takes_the_place_of_the_old_one_which_stays_what_it_is) {
  StatementCache cache;
  auto old = cache.intern("", kOne);
  auto renewed = cache.renew("", kOne);
  BOOST_TEST(renewed != old);
  BOOST_TEST(renewed->server_name() != old->server_name());
  BOOST_TEST(cache.intern("", kOne) == renewed);
  BOOST_TEST(old->definition() == kOne);
  old.reset();
  BOOST_TEST(cache.intern("", kOne) == renewed);
  BOOST_TEST(cache.size() == 1U);
  renewed.reset();
  BOOST_TEST(cache.size() == 0U);
}

BOOST_AUTO_TEST_CASE(adopted_statements_are_alike_among_themselves_and_older_than_all_others) {
  StatementCache cache;
  const auto own = cache.intern("", kOne);
  auto one = cache.adopt("", kOne, {.parameters = 1, .rows = 2}, false);
  auto same = cache.adopt("", kOne, {.parameters = 1, .rows = 2}, false);
  BOOST_TEST(one == same);
  BOOST_TEST(one != own);
  BOOST_TEST(one->server_name() != own->server_name());
  BOOST_TEST(one->told().rows == 2U);
  BOOST_TEST(one->catalog_version() < cache.catalog_version());
  BOOST_TEST(cache.intern("", kOne) == own);
  const auto other = cache.adopt("", kOne, {.parameters = 1, .rows = 3}, false);
  BOOST_TEST(other != one);
  BOOST_TEST(cache.adopt("", kOne, {}, true)->is_outdated());
  one.reset();
  same.reset();
  BOOST_TEST(cache.size() == 1U);  // `other` has lost its place to the outdated one, which nobody held
}

BOOST_AUTO_TEST_CASE(only_a_repeated_text_is_kept) {
  StatementCache cache;
  BOOST_TEST(cache.intern_if_repeated("", kOne) == nullptr);
  BOOST_TEST(cache.intern_if_repeated("mine\0"s, kOne) == nullptr);
  auto one = cache.intern_if_repeated("", kOne);
  BOOST_TEST(one->definition() == kOne);
  BOOST_TEST(cache.intern_if_repeated("", kOne) == one);
  BOOST_TEST(cache.intern("", kOne) == one);
  one.reset();
  BOOST_TEST(cache.size() == 0U);
  BOOST_TEST(cache.intern_if_repeated("", kOne) != nullptr);
}

BOOST_AUTO_TEST_CASE(a_text_that_somebody_holds_counts_as_repeated) {
  StatementCache cache;
  const auto one = cache.intern("", kOne);
  BOOST_TEST(cache.intern_if_repeated("", kOne) == one);
}

BOOST_AUTO_TEST_CASE(what_was_seen_is_forgotten_by_and_by) {
  SeenTexts seen;
  BOOST_TEST(!seen.has_seen(5));
  for (std::size_t i = 1; i < SeenTexts::kRowSize; ++i) BOOST_TEST(!seen.has_seen(5 + i * SeenTexts::kRows));
  BOOST_TEST(seen.has_seen(5));
  BOOST_TEST(!seen.has_seen(5 + SeenTexts::kRowSize * SeenTexts::kRows));
  BOOST_TEST(!seen.has_seen(5));
}

BOOST_AUTO_TEST_CASE(a_statement_may_outlive_its_cache) {
  auto cache = std::make_unique<StatementCache>();
  const auto one = cache->intern("", kOne);
  cache.reset();
  BOOST_TEST(one->definition() == kOne);
}

BOOST_AUTO_TEST_CASE(versions_count_up) {
  StatementCache cache;
  const auto catalog = cache.catalog_version();
  const auto stale = cache.stale_version();
  cache.note_catalog_change();
  BOOST_TEST(cache.catalog_version() == catalog + 1);
  BOOST_TEST(cache.stale_version() == stale);
  cache.note_stale();
  BOOST_TEST(cache.stale_version() == stale + 1);
}

BOOST_AUTO_TEST_CASE(threads_may_intern_renew_and_free_at_once) {
  StatementCache cache;
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([&cache, number] {
      for (int i = 0; i < 5000; ++i) {
        const auto& definition = i % 3 == 0 ? kOne : kTwo;
        const auto statement = i % 7 == number ? cache.renew("", definition) : cache.intern("", definition);
        if (statement->definition() != definition) std::abort();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  BOOST_TEST(cache.size() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::pool
