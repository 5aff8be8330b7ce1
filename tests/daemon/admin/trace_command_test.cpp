#include "daemon/admin/trace_command.h"

#include <boost/test/unit_test.hpp>

#include "protocol/sqlstate.h"

namespace howdah::admin {

namespace {

using namespace std::chrono_literals;

std::expected<TraceOrder, protocol::ErrorFields> read(std::string_view text) {
  return read_trace(split_statements(text)->front());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trace_command)

BOOST_AUTO_TEST_CASE(a_client_and_how_is_read) {
  const auto plain = read("TRACE CLIENT 7").value();
  BOOST_TEST(plain.client == 7U);
  BOOST_TEST((!plain.is_off && !plain.with_values && plain.time == 0ms));
  BOOST_TEST(read("trace client c7").value().client == 7U);
  BOOST_TEST(read("trace client 7 off").value().is_off);
  BOOST_TEST((read("trace client 7 for 30s").value().time == 30s));
  BOOST_TEST(read("trace client 7 with values").value().with_values);
  const auto both = read("trace client 7 for '5 min' with values").value();
  BOOST_TEST((both.time == 5min && both.with_values));
}

BOOST_AUTO_TEST_CASE(all_else_is_a_syntax_error_that_tells_the_form) {
  for (const auto text :
       {"trace", "trace client", "trace 7", "trace client x", "trace client c", "trace client 7x", "trace client -7",
        "trace client 99999999999999999999", "trace client 7 on", "trace client 7 for", "trace client 7 for 0s",
        "trace client 7 for ever", "trace client 7 off with values", "trace client 7 with", "trace client 7 8",
        "trace client 7 with values for 30s"}) {
    const auto order = read(text);
    BOOST_TEST_CONTEXT(text) {
      BOOST_REQUIRE(!order.has_value());
      BOOST_TEST(order.error().sqlstate == protocol::sqlstate::kSyntaxError);
      BOOST_TEST(order.error().hint.contains("TRACE CLIENT id"));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::admin
