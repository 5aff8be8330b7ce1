#include "daemon/server/scram_bound.h"

#include <boost/test/unit_test.hpp>

namespace howdah::server {

namespace {

std::string server_first(const std::string& iterations) {
  return "r=" + std::string(24, 'n') + ",s=" + std::string(24, 's') + ",i=" + iterations;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scram_bound)

BOOST_AUTO_TEST_CASE(a_count_is_judged_whole_and_byte_by_byte) {
  struct Case {
    std::string iterations;
    bool is_refused;
  };
  for (const auto& one : {Case{"4096", false}, Case{"1000000", false}, Case{"1000001", true}, Case{"2147483647", true},
                          Case{"99999999999999999999999999", true}, Case{"-1", false}, Case{"", false},
                          Case{"0000000000000000000", false}}) {
    const auto message = server_first(one.iterations);
    BOOST_TEST(ScramBound().on_bytes(message).has_value() == one.is_refused);
    ScramBound bound;
    bool is_refused = false;
    for (const char byte : message) is_refused = bound.on_bytes({&byte, 1}).has_value() || is_refused;
    BOOST_TEST(is_refused == one.is_refused);
  }
}

BOOST_AUTO_TEST_CASE(the_highest_counts) {
  BOOST_TEST(ScramBound().on_bytes(server_first("4096") + server_first("2000000") + ",i=1").value() == 2'000'000U);
}

BOOST_AUTO_TEST_CASE(little_is_kept_of_what_was_seen) {
  ScramBound bound;
  for (int i = 0; i < 1000; ++i) BOOST_TEST(!bound.on_bytes(std::string(1000, 'x')).has_value());
  BOOST_TEST(bound.on_bytes(server_first("5000000")).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::server
