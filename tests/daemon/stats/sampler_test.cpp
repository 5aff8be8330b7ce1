// How often samples are taken.
#include "daemon/stats/sampler.h"

#include <boost/test/unit_test.hpp>

#include "tests/daemon/stats/fake_source.h"

namespace howdah::stats {

namespace {

using std::chrono_literals::operator""s;

class CountedGatherer final : public Gatherer {
 public:
  void gather(worker::Mailbox&, Gathering::Done) override { BOOST_ERROR("clients and servers are not needed"); }
  void gather_pools(worker::Mailbox&, Gathering::Done done) override { asked.push_back(std::move(done)); }

  std::vector<Gathering::Done> asked;
};

struct Fixture {
  worker::Worker worker;
  CountedGatherer gatherer;
  History history;
  Sampler sampler{worker, gatherer, history};
  tests::FakeSource source;
  worker::TimePoint now = worker.agenda().now();

  // How many samples are asked for in this time.
  std::size_t asked_in(std::chrono::seconds time) {
    const auto before = gatherer.asked.size();
    for (const auto end = now + time; now < end;) {
      worker.agenda().set_now(now += worker::Agenda::kTick);
      worker.agenda().fire_timers();
    }
    return gatherer.asked.size() - before;
  }
  void answer(Gathering::Done& done) {
    source.state.taken_at += 1s;
    done(std::make_shared<GatheredFigures>(source.state, nullptr));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stats_sampler, Fixture)

BOOST_AUTO_TEST_CASE(nobody_looks_and_it_samples_seldom) {
  sampler.start();
  BOOST_TEST(gatherer.asked.size() == 1U);
  BOOST_TEST(asked_in(101s) == 10U);
}

BOOST_AUTO_TEST_CASE(a_look_is_answered_by_a_sample_at_once_and_more_samples_for_a_while) {
  sampler.start();
  asked_in(5s);
  sampler.look();
  BOOST_TEST(asked_in(1s) == 1U);
  const auto in_a_minute = asked_in(60s);
  BOOST_TEST(in_a_minute >= 29U);
  BOOST_TEST(in_a_minute <= 30U);
  asked_in(Sampler::kAttention);
  BOOST_TEST(asked_in(100s) == 10U);
}

BOOST_AUTO_TEST_CASE(many_looks_cost_no_more_than_one) {
  sampler.start();
  std::size_t asked = 0;
  for (int i = 0; i < 100; ++i) {
    sampler.look();
    asked += asked_in(1s);
  }
  BOOST_TEST(asked <= 51U);
}

BOOST_AUTO_TEST_CASE(samples_come_into_the_history_and_a_late_one_holds_up_nothing) {
  sampler.start();
  asked_in(25s);
  BOOST_REQUIRE(gatherer.asked.size() == 3U);
  answer(gatherer.asked[0]);
  answer(gatherer.asked[1]);
  BOOST_TEST(history.of_all().points().size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::stats
