#include "config/listen_address.h"

#include <boost/test/unit_test.hpp>

namespace howdah::config {

namespace {

ListenAddress tcp(std::string host, std::uint16_t port) {
  return {.folder = {}, .host = std::move(host), .port = port};
}

ListenAddress local(std::string folder, std::uint16_t port) {
  return {.folder = std::move(folder), .host = {}, .port = port};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(listen_address)

BOOST_AUTO_TEST_CASE(host_and_port_are_split_at_the_last_colon) {
  BOOST_TEST((parse_listen_address("127.0.0.1:6432") == tcp("127.0.0.1", 6432)));
  BOOST_TEST((parse_listen_address("localhost:1") == tcp("localhost", 1)));
  BOOST_TEST((parse_listen_address("[::1]:65535") == tcp("::1", 65535)));
}

BOOST_AUTO_TEST_CASE(no_host_or_a_star_means_all_addresses) {
  BOOST_TEST((parse_listen_address(":6432") == tcp("", 6432)));
  BOOST_TEST((parse_listen_address("*:6432") == tcp("", 6432)));
}

BOOST_AUTO_TEST_CASE(a_unix_socket_has_a_folder_and_perhaps_a_port) {
  BOOST_TEST((parse_listen_address("unix:/run/howdah") == local("/run/howdah", kDefaultPort)));
  BOOST_TEST((parse_listen_address("unix:/run/howdah:5555") == local("/run/howdah", 5555)));
  BOOST_TEST((parse_listen_address("unix:/run/howdah///") == local("/run/howdah", kDefaultPort)));
  BOOST_TEST((parse_listen_address("unix:/") == local("/", kDefaultPort)));
}

BOOST_AUTO_TEST_CASE(a_socket_is_named_as_libpq_looks_for_it) {
  BOOST_TEST(local("/run/howdah", 5555).socket_path() == "/run/howdah/.s.PGSQL.5555");
}

BOOST_AUTO_TEST_CASE(a_socket_path_has_to_fit_into_the_systems_address) {
  const auto longest = "/" + std::string(107 - 1 - std::string("/.s.PGSQL.6432").size(), 'x');
  BOOST_TEST(parse_listen_address("unix:" + longest).has_value());
  BOOST_TEST(!parse_listen_address("unix:" + longest + "x").has_value());
}

BOOST_AUTO_TEST_CASE(what_is_no_address_is_met_with_what_was_expected) {
  for (const std::string_view text : {"", "localhost", "6432", "localhost:", "localhost:port", "localhost:65536",
                                      "localhost:-1", "localhost:+1", "localhost: 1", "::1:6432", "[::1]", "[]:6432",
                                      "[::1:6432", "unix:", "unix:run", "unix:/run:", "unix:/run:x"}) {
    BOOST_TEST_CONTEXT(text) {
      const auto address = parse_listen_address(text);
      BOOST_REQUIRE(!address.has_value());
      BOOST_TEST(address.error().starts_with("expected "));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_text_of_a_tcp_address_reads_back) {
  for (const std::string_view text : {"127.0.0.1:6432", "[::1]:6432", ":6432", "localhost:0"}) {
    BOOST_TEST(parse_listen_address(text)->text() == text);
  }
  BOOST_TEST(parse_listen_address("unix:/run/howdah")->text() == "unix:/run/howdah/.s.PGSQL.6432");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
