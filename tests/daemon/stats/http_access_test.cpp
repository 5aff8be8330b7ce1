// Who may see what.
#include "daemon/stats/http_access.h"

#include <boost/test/unit_test.hpp>

namespace howdah::stats {

namespace {

int status(const HttpAccess& access, const Request& request) {
  const auto refusal = access.refusal(request);
  return refusal ? refusal->status : 200;
}

Request from(std::optional<std::string> host) {
  return {.path = "/stats.json", .database = {}, .host = std::move(host), .authorization = {}};
}

Request with(std::string path, std::string authorization) {
  return {.path = std::move(path), .database = {}, .host = {}, .authorization = std::move(authorization)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(stats_http_access)

BOOST_AUTO_TEST_CASE(on_loopback_the_host_must_be_this_machine) {
  const HttpAccess access("", true);
  for (const auto* host :
       {"localhost", "localhost:9930", "LocalHost:1", "127.0.0.1:9930", "127.9.9.9", "[::1]:9930", "[::1]"}) {
    BOOST_TEST(status(access, from(host)) == 200, host);
  }
  for (const auto* host :
       {"", "evil.example", "evil.example:9930", "127.0.0.1.evil.example", "localhost.evil.example:9930",
        "10.0.0.1:9930", "[::2]:9930", ":9930", "::1", "127.0.0.1@evil"}) {
    BOOST_TEST(status(access, from(host)) == 403, host);
  }
  BOOST_TEST(status(access, from(std::nullopt)) == 200);
  BOOST_TEST(status(HttpAccess("", false), from("stats.example")) == 200);
}

BOOST_AUTO_TEST_CASE(figures_need_the_token_where_there_is_one) {
  const HttpAccess access("a token", false);
  for (const auto* path : {"/metrics", "/stats.json"}) {
    BOOST_TEST(status(access, with(path, "Bearer a token")) == 200);
    BOOST_TEST(status(access, with(path, "bearer a token")) == 200);
    for (const auto* wrong :
         {"", "a token", "Bearer", "Bearer ", "Bearer a toke", "Bearer a tokens", "Bearer A token", "Basic a token"}) {
      BOOST_TEST(status(access, with(path, wrong)) == 401, wrong);
    }
  }
  for (const auto* path : {"/", "/healthz", "/readyz", "/dashboard.js", "/nothing"}) {
    BOOST_TEST(status(access, with(path, "")) == 200, path);
  }
  BOOST_TEST(status(HttpAccess("", false), with("/metrics", "")) == 200);
}

BOOST_AUTO_TEST_CASE(addresses_of_clients_are_shown_on_loopback_or_for_the_token_only) {
  BOOST_TEST(HttpAccess("", true).shows_addresses());
  BOOST_TEST(HttpAccess("token", false).shows_addresses());
  BOOST_TEST(!HttpAccess("", false).shows_addresses());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::stats
