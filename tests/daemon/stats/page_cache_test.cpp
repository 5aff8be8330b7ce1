#include "daemon/stats/page_cache.h"

#include <boost/test/unit_test.hpp>

#include "tests/daemon/stats/fake_source.h"

namespace howdah::stats {

namespace {

using std::chrono_literals::operator""ms;

class CountedSource final : public FigureSource {
 public:
  std::shared_ptr<const SnapshotSource> figures() override {
    ++gatherings;
    return std::make_shared<tests::FakeSource>(source);
  }

  tests::FakeSource source;
  int gatherings = 0;
};

struct Fixture {
  CountedSource figures;
  tests::FakeSource& source = figures.source;
  History history;
  HttpAccess access{"", true};
  PageCache::Clock::time_point now;
  std::chrono::milliseconds cost = 20ms;  // between two looks at the clock
  PageCache cache{figures, history, access, [this] { return now += cost; }};

  Page page(const std::string& path, std::optional<std::string> database = {}) {
    return cache.page({.path = path, .database = std::move(database), .host = {}, .authorization = {}});
  }
  bool is_ready() { return page("/readyz").status == 200; }
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
  BOOST_TEST(page("/healthz").body == "ok\n");
  BOOST_TEST(page("/readyz").body == "ready\n");
  BOOST_TEST(page("/nothing").status == 404);
}

BOOST_AUTO_TEST_CASE(questions_for_one_database_share_the_figures_and_are_not_kept) {
  BOOST_TEST(page("/readyz", "app").status == 200);
  source.state.is_draining = true;
  cost = 0ms;
  for (int i = 0; i < 100; ++i) BOOST_TEST(page("/readyz", "d" + std::to_string(i)).status == 200);
  BOOST_TEST(figures.gatherings == 1);
  now += 221ms;
  BOOST_TEST(page("/readyz", "app").status == 503);
  BOOST_TEST(figures.gatherings == 2);
}

BOOST_AUTO_TEST_CASE(what_is_kept_may_be_freed) {
  BOOST_TEST(is_ready());
  cache.forget();
  source.state.is_draining = true;
  BOOST_TEST(!is_ready());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::stats
