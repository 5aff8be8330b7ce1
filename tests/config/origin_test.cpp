#include "config/origin.h"

#include <boost/test/unit_test.hpp>

namespace howdah::config {

BOOST_AUTO_TEST_SUITE(origins)

BOOST_AUTO_TEST_CASE(an_origin_is_written_as_it_is_read) {
  for (const std::string_view text :
       {"any", "local", "10.0.0.0/8", "0.0.0.0/0", "192.0.2.1/32", "::/0", "::1/128", "2001:db8::/32"}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(format_origin(parse_origin(text).value()) == text);
    }
  }
}

BOOST_AUTO_TEST_CASE(an_address_without_a_prefix_is_that_address) {
  BOOST_TEST(format_origin(parse_origin("192.0.2.1").value()) == "192.0.2.1/32");
  BOOST_TEST(format_origin(parse_origin("2001:DB8::1").value()) == "2001:db8::1/128");
}

BOOST_AUTO_TEST_CASE(an_ipv4_network_in_ipv6_clothes_is_the_ipv4_network) {
  BOOST_TEST(format_origin(parse_origin("::ffff:10.0.0.0/104").value()) == "10.0.0.0/8");
  BOOST_TEST(format_origin(parse_origin("::ffff:10.0.0.1").value()) == "10.0.0.1/32");
  BOOST_TEST(format_origin(parse_origin("::ffff:0:0/95").value()) == "::ffff:0.0.0.0/95");
}

BOOST_AUTO_TEST_CASE(what_is_no_origin_is_refused) {
  for (const std::string_view text :
       {"", "Any", "all", "10.0.0", "10.0.0.256", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8", "/8",
        "010.0.0.1", "10.0.0.0/0x8", "::/129", ":::", "[::1]", "localhost", "fe80::1%eth0", " 10.0.0.1"}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(!parse_origin(text).has_value());
    }
  }
  BOOST_TEST(!parse_origin(std::string_view("10.0.0.1\0", 9)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
