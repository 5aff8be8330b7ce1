#include "daemon/stats/http_server.h"

#include <arpa/inet.h>
#include <event2/event.h>

#include <boost/test/unit_test.hpp>

#include "daemon/io/peer_address.h"
#include "daemon/io/unique_fd.h"
namespace howdah::stats {

namespace {

class EmptyDesk final : public PageDesk {
 public:
  Page page(const Request&) override { return {}; }
};

struct Fixture {
  EmptyDesk desk;
  std::unique_ptr<event_base, decltype(&event_base_free)> loop{event_base_new(), &event_base_free};

  std::string start_error(const std::string& address) {
    const auto server = HttpServer::start(loop.get(), address, desk);
    return server ? "" : server.error();
  }
};

// A socket that listens at a free port of 127.0.0.1.
std::pair<io::UniqueFd, int> taken_port() {
  io::UniqueFd fd(socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  BOOST_TEST_REQUIRE(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0);
  BOOST_TEST_REQUIRE(listen(fd.get(), 1) == 0);
  getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return {std::move(fd), ntohs(address.sin_port)};
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stats_http_server, Fixture)

BOOST_AUTO_TEST_CASE(it_listens_at_addresses_of_all_kinds) {
  for (const auto* address : {"127.0.0.1:0", "[::1]:0", ":0", "localhost:0"}) BOOST_TEST(start_error(address) == "");
}

BOOST_AUTO_TEST_CASE(it_knows_whether_only_this_machine_reaches_it) {
  const std::pair<const char*, bool> cases[] = {
      {"127.0.0.1:0", true}, {"127.1.2.3:0", true}, {"localhost:0", true}, {":0", false}, {"0.0.0.0:0", false}};
  for (const auto& [address, expected] : cases) {
    const auto server = HttpServer::start(loop.get(), address, desk);
    BOOST_TEST_REQUIRE(server.has_value());
    BOOST_TEST(server->is_on_loopback() == expected, address);
  }
}

BOOST_AUTO_TEST_CASE(one_takes_the_place_of_another_at_the_same_address) {
  const auto before = HttpServer::start(loop.get(), "127.0.0.1:0", desk);
  BOOST_TEST_REQUIRE(before.has_value());
  const auto address = io::name_of_own_end(before->descriptors().front());
  BOOST_TEST(start_error(address).ends_with("Address already in use"));
  const auto after = HttpServer::start(loop.get(), address, desk, before->descriptors());
  BOOST_TEST_REQUIRE(after.has_value(), (after ? "" : after.error()));
  BOOST_TEST(io::name_of_own_end(after->descriptors().front()) == address);
  BOOST_TEST(start_error(address).ends_with("Address already in use"));
}

BOOST_AUTO_TEST_CASE(an_address_that_is_taken_is_named) {
  const auto [fd, port] = taken_port();
  const auto address = "127.0.0.1:" + std::to_string(port);
  BOOST_TEST(start_error(address) == "admin.listen " + address + ": Address already in use");
}

BOOST_AUTO_TEST_CASE(an_address_that_is_none_is_refused) {
  for (const auto* address : {"", "127.0.0.1", "unix:/tmp", "127.0.0.1:99999", "::1:80"}) {
    BOOST_TEST(start_error(address).starts_with("admin.listen " + std::string(address) + ": "), address);
  }
}

BOOST_AUTO_TEST_CASE(it_may_be_moved_and_ends_with_its_last_owner) {
  auto server = HttpServer::start(loop.get(), "127.0.0.1:0", desk);
  BOOST_TEST_REQUIRE(server.has_value());
  auto moved = std::make_optional(std::move(*server));
  event_base_loop(loop.get(), EVLOOP_NONBLOCK);
  moved.reset();
  BOOST_TEST(event_base_loop(loop.get(), EVLOOP_NONBLOCK) == 1);  // nothing is left to wait for
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::stats
