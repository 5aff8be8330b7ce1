#include "daemon/worker/worker.h"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <thread>

namespace howdah::worker {

BOOST_AUTO_TEST_SUITE(worker)

BOOST_AUTO_TEST_CASE(letters_of_another_thread_are_read_in_order_on_its_own) {
  Worker worker;
  std::string read;
  std::thread::id reader;
  std::jthread sender([&] {
    for (const char letter : {'a', 'b', 'c'}) {
      worker.post([&read, letter] { read += letter; });
    }
    worker.post([&] {
      reader = std::this_thread::get_id();
      worker.stop();
    });
  });
  worker.run();
  BOOST_TEST(read == "abc");
  BOOST_TEST((reader == std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(letters_after_its_end_go_unread) {
  Worker worker;
  bool is_read = false;
  worker.post([&] { is_read = true; });
  worker.close();
  worker.post([&] { is_read = true; });
  worker.post([&] { worker.stop(); });
  worker.agenda().end_turn();
  BOOST_TEST(!is_read);
}

BOOST_AUTO_TEST_CASE(an_unread_letter_may_hold_what_posts_when_it_goes) {
  Worker first;
  Worker second;
  int released = 0;
  const auto hold_for = [&](Worker& worker) {
    return std::shared_ptr<void>(nullptr, [&](const void*) {
      ++released;
      worker.post([] {});
    });
  };
  first.post([hold = hold_for(second)] {});
  first.post([hold = hold_for(first)] {});
  second.post([hold = hold_for(first)] {});
  first.close();
  second.close();
  BOOST_TEST(released == 3);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::worker
