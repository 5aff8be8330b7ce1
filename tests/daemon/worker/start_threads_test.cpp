#include "daemon/worker/start_threads.h"

#include <boost/test/unit_test.hpp>
#include <thread>

#include "daemon/worker/offload.h"

namespace howdah::worker {

namespace {

// The third one is one too many.
struct ScarceThread {
  explicit ScarceThread(int& made) {
    if (++made > 2) throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
  }
};
struct Counted {
  int* made;
  operator int&() const { return *made; }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(start_threads_tests)

BOOST_AUTO_TEST_CASE(there_are_as_many_as_the_system_gives) {
  int made = 0;
  std::vector<ScarceThread> threads;
  BOOST_TEST(start_threads(threads, 2, Counted{&made}));
  BOOST_TEST(!start_threads(threads, 3, Counted{&made}));
  BOOST_TEST(threads.size() == 2);
}

BOOST_AUTO_TEST_CASE(without_a_thread_no_work_is_taken) {
  Offload none(0, 10);
  BOOST_TEST(!none.submit([] {}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::worker
