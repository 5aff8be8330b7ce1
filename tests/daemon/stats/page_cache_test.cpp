#include "daemon/stats/page_cache.h"

#include <boost/test/unit_test.hpp>

#include "tests/daemon/stats/fake_source.h"

namespace howdah::stats {

namespace {

using std::chrono_literals::operator""ms;

struct Fixture {
  tests::FakeSource source;
  PageCache::Clock::time_point now;
  std::chrono::milliseconds cost = 20ms;  // between two looks at the clock
  PageCache cache{source, [this] { return now += cost; }};

  bool is_ready() { return cache.page("/readyz").status == 200; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stats_page_cache, Fixture)

BOOST_AUTO_TEST_CASE(a_page_that_took_long_is_given_again_for_ten_times_as_long) {
  BOOST_TEST(is_ready());
  source.state.is_draining = true;
  now += 179ms - cost;
  cost = 0ms;
  BOOST_TEST(is_ready());
  now += 41ms;
  BOOST_TEST(!is_ready());
}

BOOST_AUTO_TEST_CASE(a_page_that_costs_nothing_is_always_made) {
  cost = 0ms;
  BOOST_TEST(is_ready());
  source.state.is_draining = true;
  BOOST_TEST(!is_ready());
}

BOOST_AUTO_TEST_CASE(each_path_has_its_own_page) {
  BOOST_TEST(cache.page("/healthz").body == "ok\n");
  BOOST_TEST(cache.page("/readyz").body == "ready\n");
  BOOST_TEST(cache.page("/nothing").status == 404);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::stats
