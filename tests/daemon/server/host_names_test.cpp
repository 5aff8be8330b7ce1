#include "daemon/server/host_names.h"

#include <boost/test/unit_test.hpp>

namespace howdah::server {

namespace {

using std::chrono::seconds;

// A directory of names that a test changes.
struct Fixture {
  // Asks, and waits for the answer.
  HostNames::Addresses follow(seconds at, const std::vector<std::string>& which = {"db"}) {
    {
      worker::Offload threads(1, 10, seconds(60));
      (void)names.follow(which, seconds(15), start + at, threads);
    }
    worker::Offload threads(1, 10);
    return names.follow(which, std::chrono::hours(1), start + at, threads);
  }

  std::mutex mutex;
  std::map<std::string, std::vector<std::string>> directory{{"db", {"10.0.0.1"}}};
  int asked = 0;
  const worker::TimePoint start{std::chrono::hours(1)};
  HostNames names{[this](const std::string& name) -> std::expected<std::vector<std::string>, std::string> {
    const std::lock_guard lock(mutex);
    ++asked;
    const auto found = directory.find(name);
    if (found == directory.end()) return std::unexpected("no such name");
    return found->second;
  }};
};

using Names = std::set<std::string>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(host_names, Fixture)

BOOST_AUTO_TEST_CASE(a_name_is_looked_up_again_when_its_time_is_up) {
  BOOST_TEST((follow(seconds(0)).all == Names{"10.0.0.1"}));
  directory["db"] = {"10.0.0.2", "10.0.0.3"};
  const auto before = follow(seconds(14));
  BOOST_TEST((before.all == Names{"10.0.0.1"}));
  BOOST_TEST((before.as_of == start));
  const auto after = follow(seconds(15));
  BOOST_TEST((after.all == Names{"10.0.0.2", "10.0.0.3"}));
  BOOST_TEST((after.as_of == start + seconds(15)));
  BOOST_TEST(asked == 2);
}

BOOST_AUTO_TEST_CASE(a_look_up_that_fails_says_nothing_and_what_was_known_is_still_shown) {
  (void)follow(seconds(0));
  directory.clear();
  BOOST_TEST((follow(seconds(20)).as_of == worker::TimePoint{}));
  BOOST_TEST(names.known({"db"}).at(0).addresses.size() == 1U);
  directory["db"] = {"10.0.0.9"};
  BOOST_TEST((follow(seconds(40)).all == Names{"10.0.0.9"}));
}

BOOST_AUTO_TEST_CASE(the_answer_to_several_names_is_as_old_as_the_oldest) {
  directory["other"] = {"10.0.0.2"};
  (void)follow(seconds(0));
  const auto found = follow(seconds(5), {"db", "other"});
  BOOST_TEST((found.all == Names{"10.0.0.1", "10.0.0.2"}));
  BOOST_TEST((found.as_of == start));
  BOOST_TEST((follow(seconds(6), {"db", "unknown"}).as_of == worker::TimePoint{}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::server
