#include "daemon/server/wanted_server.h"

#include <boost/test/unit_test.hpp>

namespace howdah::server {

namespace {

WantedServer wanted(const std::string& attributes) {
  return wanted_server({{"target_session_attrs", attributes}});
}

// A letter for each kind of server that is fit: a primary that writes, one that does not, a standby.
std::string fit(const std::string& attributes) {
  std::string all;
  if (is_fit(wanted(attributes), {.is_in_recovery = false, .is_read_only = false})) all += 'w';
  if (is_fit(wanted(attributes), {.is_in_recovery = false, .is_read_only = true})) all += 'r';
  if (is_fit(wanted(attributes), {.is_in_recovery = true, .is_read_only = false})) all += 's';
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wanted_servers)

BOOST_AUTO_TEST_CASE(they_are_fit_as_libpq_has_it) {
  BOOST_TEST(fit("any") == "wrs");
  BOOST_TEST(fit("") == "wrs");
  BOOST_TEST(fit("read-write") == "w");
  BOOST_TEST(fit("read-only") == "rs");
  BOOST_TEST(fit("primary") == "wr");
  BOOST_TEST(fit("standby") == "s");
  BOOST_TEST(fit("prefer-standby") == "wrs");
}

BOOST_AUTO_TEST_CASE(a_log_in_may_change_hosts_where_there_are_several_or_a_wish) {
  BOOST_TEST(!may_change_hosts({{"host", "a"}}));
  BOOST_TEST(may_change_hosts({{"host", "a,b"}}));
  BOOST_TEST(may_change_hosts({{"hostaddr", "10.0.0.1,10.0.0.2"}}));
  BOOST_TEST(may_change_hosts({{"host", "a"}, {"target_session_attrs", "primary"}}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::server
