#include "daemon/worker/fair_offload.h"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <future>

namespace howdah::worker {

namespace {

// Work that lasts until it is told to end.
struct Stuck {
  FairOffload::Work work() {
    return [this] {
      ++entered;
      end.get_future().wait();
    };
  }
  void release() { end.set_value(); }

  std::atomic<int> entered = 0;
  std::promise<void> end;
};

void wait_for(const std::atomic<int>& value, int target) {
  while (value < target) std::this_thread::yield();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fair_offload)

BOOST_AUTO_TEST_CASE(one_who_takes_all_its_threads_leaves_some_for_others) {
  Stuck first;
  Stuck second;
  std::atomic<int> of_one = 0;
  std::atomic<int> of_other = 0;
  {
    FairOffload threads(3, 2, 100);
    BOOST_REQUIRE(threads.submit("one", first.work()));
    BOOST_REQUIRE(threads.submit("one", second.work()));
    wait_for(first.entered, 1);
    wait_for(second.entered, 1);
    BOOST_REQUIRE(threads.submit("one", [&] { ++of_one; }));
    for (int i = 0; i < 10; ++i) BOOST_REQUIRE(threads.submit("other", [&] { ++of_other; }));
    wait_for(of_other, 10);
    BOOST_TEST(of_one == 0);
    first.release();
    wait_for(of_one, 1);
    second.release();
  }
}

BOOST_AUTO_TEST_CASE(all_that_is_taken_runs_once) {
  std::atomic<int> ran = 0;
  FairOffload threads(4, 2, 1000);
  for (int i = 0; i < 1000; ++i) BOOST_REQUIRE(threads.submit(std::to_string(i % 7), [&] { ++ran; }));
  wait_for(ran, 1000);
  BOOST_TEST(ran == 1000);
}

BOOST_AUTO_TEST_CASE(each_queue_is_bounded) {
  Stuck stuck;
  FairOffload threads(2, 1, 2);
  BOOST_REQUIRE(threads.submit("one", stuck.work()));
  wait_for(stuck.entered, 1);
  BOOST_TEST(threads.submit("one", [] {}));
  BOOST_TEST(threads.submit("one", [] {}));
  BOOST_TEST(!threads.submit("one", [] {}));
  BOOST_TEST(threads.submit("other", [] {}));
  stuck.release();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::worker
