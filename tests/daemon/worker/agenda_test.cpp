#include "daemon/worker/agenda.h"

#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>
#include <random>
#include <vector>

namespace howdah::worker {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TimePoint kStart = TimePoint{} + hours(5);

class Bell final : public Timer {
 public:
  explicit Bell(const Agenda& agenda) : agenda_(agenda) {}
  std::vector<Duration> rung;  // since the start
  std::function<void()> then;

 private:
  void on_timer() override {
    rung.push_back(agenda_.now() - kStart);
    if (then) then();
  }
  const Agenda& agenda_;
};

class Job final : public Deferred {
 public:
  explicit Job(std::function<void()> work) : work_(std::move(work)) {}

 private:
  void run_deferred() override { work_(); }
  std::function<void()> work_;
};

// An agenda whose time moves as a loop moves it: from wake-up to wake-up.
struct Clock {
  void pass(Duration duration) {
    const auto target = agenda.now() + duration;
    for (auto next = agenda.next_wake_up(); next && *next <= target; next = agenda.next_wake_up()) {
      agenda.set_now(std::max(agenda.now(), *next));
      agenda.fire_timers();
    }
    agenda.set_now(target);
    agenda.fire_timers();
  }
  void sleep(Duration duration) {
    agenda.set_now(agenda.now() + duration);
    agenda.fire_timers();
  }
  Agenda agenda{kStart};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(agenda)

BOOST_AUTO_TEST_CASE(a_timer_fires_once_never_early_and_at_most_a_tick_late) {
  for (const auto delay : {milliseconds(1), milliseconds(19), milliseconds(20), milliseconds(21), milliseconds(5000),
                           milliseconds(20'480), milliseconds(20'500), milliseconds(61'000), milliseconds(3'600'000)}) {
    Clock clock;
    Bell bell(clock.agenda);
    clock.agenda.arm_in(bell, delay);
    clock.pass(hours(2));
    BOOST_REQUIRE(bell.rung.size() == 1U);
    BOOST_TEST((bell.rung[0] >= delay));
    BOOST_TEST((bell.rung[0] <= delay + Agenda::kTick));
    BOOST_TEST(!bell.is_armed());
  }
}

BOOST_AUTO_TEST_CASE(a_timer_that_is_due_at_once_waits_for_the_next_tick) {
  Clock clock;
  Bell bell(clock.agenda);
  clock.agenda.arm_in(bell, Duration::zero());
  clock.agenda.fire_timers();
  BOOST_TEST(bell.rung.empty());
  clock.pass(Agenda::kTick);
  BOOST_TEST(bell.rung.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_deadline_in_the_past_fires_with_the_next_tick) {
  Clock clock;
  clock.pass(hours(1));
  Bell bell(clock.agenda);
  clock.agenda.arm(bell, kStart);
  clock.pass(Agenda::kTick);
  BOOST_TEST(bell.rung.size() == 1U);
}

BOOST_AUTO_TEST_CASE(armed_anew_later_it_fires_at_the_later_time_only) {
  Clock clock;
  Bell bell(clock.agenda);
  clock.agenda.arm_in(bell, seconds(1));
  clock.agenda.arm_in(bell, seconds(50));
  clock.pass(seconds(49));
  BOOST_TEST(bell.rung.empty());
  clock.pass(seconds(2));
  BOOST_TEST(bell.rung.size() == 1U);
}

BOOST_AUTO_TEST_CASE(armed_anew_earlier_it_fires_at_the_earlier_time_only) {
  Clock clock;
  Bell bell(clock.agenda);
  clock.agenda.arm_in(bell, seconds(50));
  clock.agenda.arm_in(bell, seconds(1));
  clock.pass(seconds(2));
  BOOST_TEST(bell.rung.size() == 1U);
  clock.pass(seconds(60));
  BOOST_TEST(bell.rung.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_disarmed_or_destroyed_timer_stays_silent) {
  Clock clock;
  Bell bell(clock.agenda);
  clock.agenda.arm_in(bell, seconds(1));
  bell.disarm();
  {
    Bell other(clock.agenda);
    clock.agenda.arm_in(other, seconds(1));
  }
  clock.pass(seconds(5));
  BOOST_TEST(bell.rung.empty());
}

BOOST_AUTO_TEST_CASE(a_timer_may_arm_itself_again_and_disarm_its_neighbour_when_it_fires) {
  Clock clock;
  Bell first(clock.agenda);
  Bell second(clock.agenda);
  // Both are due at once; whichever fires first silences the other.
  first.then = [&] {
    second.disarm();
    if (first.rung.size() < 3) clock.agenda.arm_in(first, seconds(1));
  };
  second.then = [&] { first.disarm(); };
  clock.agenda.arm_in(first, seconds(1));
  clock.agenda.arm_in(second, seconds(1));
  clock.pass(seconds(10));
  BOOST_TEST((first.rung.size() == 3U && second.rung.empty()) != (first.rung.empty() && second.rung.size() == 1U));
}

BOOST_AUTO_TEST_CASE(after_a_long_sleep_all_that_is_due_fires) {
  Clock clock;
  std::vector<std::unique_ptr<Bell>> bells;
  for (int i = 0; i < 100; ++i) {
    clock.agenda.arm_in(*bells.emplace_back(std::make_unique<Bell>(clock.agenda)), seconds(i));
  }
  clock.sleep(seconds(50) + Agenda::kTick);
  for (std::size_t i = 0; i < 100; ++i) BOOST_TEST(bells[i]->rung.size() == (i <= 50 ? 1U : 0U));
}

BOOST_AUTO_TEST_CASE(an_empty_agenda_wakes_nobody_up) {
  Clock clock;
  BOOST_TEST(!clock.agenda.next_wake_up().has_value());
  Bell bell(clock.agenda);
  clock.agenda.arm_in(bell, seconds(1));
  BOOST_TEST(clock.agenda.next_wake_up().has_value());
  clock.pass(seconds(2));
  BOOST_TEST(!clock.agenda.next_wake_up().has_value());
}

BOOST_AUTO_TEST_CASE(many_timers_in_random_order_fire_as_a_plain_list_would) {
  std::mt19937 random(7);
  Clock clock;
  std::vector<std::unique_ptr<Bell>> bells;
  std::vector<TimePoint> deadlines(200, TimePoint::max());
  for (std::size_t i = 0; i < deadlines.size(); ++i) bells.push_back(std::make_unique<Bell>(clock.agenda));
  for (int round = 0; round < 20'000; ++round) {
    const auto i = random() % deadlines.size();
    if (random() % 4 == 0) {
      bells[i]->disarm();
      deadlines[i] = TimePoint::max();
    } else {
      deadlines[i] = clock.agenda.now() + milliseconds(random() % 60'000);
      clock.agenda.arm(*bells[i], deadlines[i]);
    }
    clock.sleep(milliseconds(random() % (random() % 50 == 0 ? 40'000 : 40)));
    for (std::size_t j = 0; j < deadlines.size(); ++j) {
      if (deadlines[j] == TimePoint::max()) continue;
      const bool has_fired = !bells[j]->is_armed();
      const bool is_overdue = deadlines[j] + 2 * Agenda::kTick < clock.agenda.now();
      BOOST_REQUIRE(has_fired || !is_overdue);
      if (has_fired) BOOST_REQUIRE((deadlines[j] <= clock.agenda.now()));
      if (has_fired) deadlines[j] = TimePoint::max();
    }
  }
}

BOOST_AUTO_TEST_CASE(deferred_work_runs_once_in_order_with_what_it_defers) {
  Agenda agenda(kStart);
  std::string order;
  Job third([&] { order += '3'; });
  Job first([&] {
    order += '1';
    agenda.defer(third);
  });
  Job second([&] { order += '2'; });
  agenda.defer(first);
  agenda.defer(second);
  agenda.defer(first);
  BOOST_TEST(agenda.has_deferred());
  agenda.end_turn();
  BOOST_TEST(order == "123");
  agenda.end_turn();
  BOOST_TEST(order == "123");
}

BOOST_AUTO_TEST_CASE(deferred_work_may_be_cancelled_from_any_place_of_the_list) {
  for (int cancelled = 0; cancelled < 3; ++cancelled) {
    Agenda agenda(kStart);
    std::string order;
    std::vector<std::unique_ptr<Job>> jobs;
    for (const char name : {'a', 'b', 'c'}) {
      agenda.defer(*jobs.emplace_back(std::make_unique<Job>([&order, name] { order += name; })));
    }
    jobs[static_cast<std::size_t>(cancelled)].reset();
    agenda.end_turn();
    BOOST_TEST(order == std::string("abc").erase(static_cast<std::size_t>(cancelled), 1));
  }
}

BOOST_AUTO_TEST_CASE(the_buried_live_to_the_end_of_the_turn_and_may_bury_others) {
  Agenda agenda(kStart);
  auto inner = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = inner;
  std::shared_ptr<void> outer(nullptr, [&agenda, inner](void*) { agenda.bury(inner); });
  inner.reset();
  agenda.bury(std::move(outer));
  bool was_alive = false;
  Job job([&] { was_alive = !watch.expired(); });
  agenda.defer(job);
  agenda.end_turn();
  BOOST_TEST(was_alive);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::worker
