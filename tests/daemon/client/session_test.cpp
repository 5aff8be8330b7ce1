// A session from its first request to its last: leases and their ends.
#include <boost/test/unit_test.hpp>

#include "tests/support/play/play.h"

namespace howdah::tests {

BOOST_AUTO_TEST_SUITE(session)

BOOST_AUTO_TEST_CASE(a_simple_query_is_answered_by_the_server_and_ends_the_lease) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  BOOST_TEST(ann.ask("SELECT 1") == "T D(1) C(SELECT 1) Z(I)");
  BOOST_TEST(play.server_heard(1) == "Q(SELECT 1)");
  BOOST_TEST(play.pool().idle_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
