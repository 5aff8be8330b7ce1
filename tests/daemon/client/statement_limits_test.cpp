// How many statements a server keeps, and which go. (semantics.md, 11)
#include <boost/test/unit_test.hpp>

#include "tests/support/play/two_servers.h"

namespace howdah::tests {

namespace {

config::Settings keeping(int per_server) {
  auto settings = one_pool(2);
  pool_of(settings).prepared_statements.per_server = per_server;
  return settings;
}

std::string prepared(std::string_view name, std::string_view text) {
  return parse(name, text) + sync();
}

std::string run_of(std::string_view name) {
  return run_named(name) + sync();
}

std::size_t count_of(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(statement_limits)

BOOST_AUTO_TEST_CASE(the_one_used_the_longest_ago_is_closed_before_the_next_batch) {
  TwoServers two(keeping(2));
  (void)two.on(1, prepared("a", "SELECT a"));
  (void)two.on(1, prepared("b", "SELECT b"));
  (void)two.on(1, run_of("a"));
  (void)two.on(1, prepared("c", "SELECT c"));
  BOOST_TEST(two.on(1, run_of("c")) == "2 D(c) C(SELECT 1) Z(I)");
  BOOST_TEST(two.heard(1) == "C(howdah_2) B(howdah_3) E S");
  BOOST_TEST(two.on(1, run_of("b")) == "2 D(b) C(SELECT 1) Z(I)");
  BOOST_TEST(two.heard(1) == "P(howdah_2 SELECT b) B(howdah_2) E S");
}

BOOST_AUTO_TEST_CASE(none_goes_that_the_running_batch_uses) {
  TwoServers two(keeping(1));
  BOOST_TEST(two.on(1, parse("a", "SELECT a") + parse("b", "SELECT b") + run_named("a") + run_of("b")) ==
             "1 1 2 D(a) C(SELECT 1) 2 D(b) C(SELECT 1) Z(I)");
  BOOST_TEST(two.on(1, run_named("a") + run_named("b") + run_of("a")) ==
             "2 D(a) C(SELECT 1) 2 D(b) C(SELECT 1) 2 D(a) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(a_pipeline_without_pauses_is_bounded_too) {
  TwoServers two(keeping(10));
  std::string requests;
  for (int i = 0; i < 200; ++i) {
    const auto number = std::to_string(i);
    requests += prepared("s" + number, "SELECT " + number) + run_of("s" + number);
  }
  const auto hears = two.on(1, requests);
  BOOST_TEST(count_of(hears, "Z(I)") == 400U);
  BOOST_TEST(count_of(hears, "E(") == 0U);
  const auto heard = two.heard(1);
  BOOST_TEST(count_of(heard, "P(howdah_") == 200U);
  BOOST_TEST(count_of(heard, "C(howdah_") >= 180U);
  BOOST_TEST(two.on(1, run_of("s0")) == "2 D(0) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(texts_are_freed_when_neither_clients_nor_servers_have_them) {
  TwoServers two;
  (void)two.on(1, prepared("a", "SELECT a") + prepared("b", "SELECT b"));
  (void)two.on(2, two.bob, prepared("c", "SELECT a"));
  auto& cache = two.play.pool().statements();
  BOOST_TEST(cache.size() == 2U);
  (void)two.on(1, query("DEALLOCATE ALL"));
  BOOST_TEST(cache.size() == 1U);
  two.ann.send(terminate());
  two.bob.send(terminate());
  for (const auto number : {1UZ, 2UZ}) two.play.script(number).die();
  two.play.run();
  BOOST_TEST(cache.size() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
