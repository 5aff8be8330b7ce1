#include "daemon/server/host_list.h"

#include <boost/test/unit_test.hpp>

#include "daemon/server/silent_hosts.h"

namespace howdah::server {

BOOST_AUTO_TEST_SUITE(host_list)

BOOST_AUTO_TEST_CASE(the_lists_are_read_side_by_side_and_written_back) {
  ConnectionKeywords keywords{{"host", "a,10.0.0.2,/run/pg"}, {"hostaddr", "10.0.0.1,,"}, {"port", "1,2,3"}};
  const auto hosts = hosts_of(keywords);
  const std::vector<Host> expected{{"a", "10.0.0.1", "1"}, {"10.0.0.2", "", "2"}, {"/run/pg", "", "3"}};
  BOOST_TEST((hosts == expected));
  const auto before = keywords;
  set_hosts(keywords, hosts);
  BOOST_TEST((keywords == before));
}

BOOST_AUTO_TEST_CASE(one_port_is_that_of_all_hosts) {
  const std::vector<Host> expected{{"a", "", "7"}, {"b", "", "7"}};
  BOOST_TEST((hosts_of({{"host", "a,b"}, {"port", "7"}}) == expected));
  BOOST_TEST(hosts_of({{"service", "s"}}).empty());
}

BOOST_AUTO_TEST_CASE(lists_that_do_not_fit_are_left_to_libpq) {
  BOOST_TEST(hosts_of({{"host", "a,b,c"}, {"port", "1,2"}}).empty());
  BOOST_TEST(hosts_of({{"host", "a,b"}, {"hostaddr", "10.0.0.1"}}).empty());
}

BOOST_AUTO_TEST_CASE(names_are_what_has_to_be_looked_up) {
  const std::vector<std::string> expected{"a", "b"};
  BOOST_TEST(names_of({{"host", "a,10.0.0.1,b,::1,/run,@x,a"}}) == expected);
  BOOST_TEST(names_of({{"host", "a"}, {"hostaddr", "10.0.0.1"}}).empty());
}

BOOST_AUTO_TEST_CASE(a_silent_host_is_tried_last_for_a_while) {
  SilentHosts silent;
  const worker::TimePoint start(std::chrono::hours(1));
  const std::vector<Host> hosts{{"a", "10.0.0.1", ""}, {"b", "10.0.0.2", ""}};
  BOOST_TEST((with_silent_last(hosts, silent.places(start)) == hosts));
  silent.note("10.0.0.1:5432", start);
  const std::vector<Host> turned{hosts[1], hosts[0]};
  BOOST_TEST((with_silent_last(hosts, silent.places(start)) == turned));
  BOOST_TEST((with_silent_last(hosts, silent.places(start + SilentHosts::kFor)) == hosts));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::server
