#include "daemon/worker/offload.h"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <future>
#include <thread>

namespace howdah::worker {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

// Keeps the only thread of an Offload busy until told.
class Gate {
 public:
  Offload::Work work() {
    return [this] {
      entered_.set_value();
      open_.get_future().wait();
    };
  }
  void wait_until_entered() { entered_.get_future().wait(); }
  void open() { open_.set_value(); }

 private:
  std::promise<void> entered_;
  std::promise<void> open_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(offload)

BOOST_AUTO_TEST_CASE(a_full_queue_takes_no_more) {
  Gate gate;
  Offload offload(1, 2);
  BOOST_REQUIRE(offload.submit(gate.work()));
  gate.wait_until_entered();
  BOOST_TEST(offload.submit([] {}));
  BOOST_TEST(offload.submit([] {}));
  BOOST_TEST(!offload.submit([] {}));
  gate.open();
}

BOOST_AUTO_TEST_CASE(what_is_queued_at_the_end_is_dropped) {
  Gate gate;
  std::atomic<int> ran = 0;
  std::future<void> opener;
  {
    Offload offload(1, 10);
    BOOST_REQUIRE(offload.submit(gate.work()));
    gate.wait_until_entered();
    BOOST_REQUIRE(offload.submit([&] { ++ran; }));
    opener = std::async(std::launch::async, [&] {
      while (offload.submit([] {})) std::this_thread::yield();  // refused: it ends
      gate.open();
    });
  }
  BOOST_TEST(ran == 0);
}

BOOST_AUTO_TEST_CASE(what_is_queued_at_the_end_runs_within_its_grace) {
  std::atomic<int> ran = 0;
  {
    Offload offload(2, 100, hours(1));
    for (int i = 0; i < 100; ++i) BOOST_REQUIRE(offload.submit([&] { ++ran; }));
  }
  BOOST_TEST(ran == 100);
}

BOOST_AUTO_TEST_CASE(what_is_queued_after_the_grace_is_dropped) {
  std::atomic<int> ran = 0;
  {
    Offload offload(1, 100, milliseconds(10));
    for (int i = 0; i < 100; ++i) {
      BOOST_REQUIRE(offload.submit([&] {
        ++ran;
        std::this_thread::sleep_for(milliseconds(20));
      }));
    }
  }
  BOOST_TEST(ran < 100);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::worker
