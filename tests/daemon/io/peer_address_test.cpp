#include "daemon/io/peer_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "daemon/io/unique_fd.h"

namespace howdah::io {

namespace {

PeerAddress v4(const char* text, std::uint16_t port) {
  sockaddr_storage address{};
  auto& in = reinterpret_cast<sockaddr_in&>(address);
  in.sin_family = AF_INET;
  in.sin_port = htons(port);
  BOOST_REQUIRE(inet_pton(AF_INET, text, &in.sin_addr) == 1);
  return PeerAddress::read(-1, address);
}

PeerAddress v6(const char* text, std::uint16_t port) {
  sockaddr_storage address{};
  auto& in = reinterpret_cast<sockaddr_in6&>(address);
  in.sin6_family = AF_INET6;
  in.sin6_port = htons(port);
  BOOST_REQUIRE(inet_pton(AF_INET6, text, &in.sin6_addr) == 1);
  return PeerAddress::read(-1, address);
}

PeerAddress local(int fd) {
  sockaddr_storage address{};
  address.ss_family = AF_UNIX;
  return PeerAddress::read(fd, address);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(peer_address)

BOOST_AUTO_TEST_CASE(an_ipv4_address_has_four_bytes_and_its_port) {
  const auto peer = v4("192.168.100.200", 65535);
  BOOST_TEST(!peer.is_local());
  BOOST_TEST(peer.bytes() == "\xc0\xa8\x64\xc8");
  BOOST_TEST(peer.text() == "192.168.100.200:65535");
}

BOOST_AUTO_TEST_CASE(an_ipv6_address_has_sixteen_bytes_and_brackets) {
  const auto peer = v6("2001:db8::1", 40000);
  BOOST_TEST(!peer.is_local());
  BOOST_TEST(peer.bytes() == std::string("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16));
  BOOST_TEST(peer.text() == "[2001:db8::1]:40000");
  BOOST_TEST(peer.host() == "2001:db8::1");
  BOOST_TEST(!peer.user_id().has_value());
}

BOOST_AUTO_TEST_CASE(an_ipv4_address_in_ipv6_clothes_is_one_of_ipv4) {
  const auto peer = v6("::ffff:127.0.0.1", 40000);
  BOOST_TEST(peer.bytes() == std::string("\x7f\0\0\1", 4));
  BOOST_TEST(peer.text() == "127.0.0.1:40000");
  BOOST_TEST(peer.host() == "127.0.0.1");
}

BOOST_AUTO_TEST_CASE(only_addresses_of_this_machine_are_loopback) {
  for (const auto* text : {"127.0.0.1", "127.0.0.0", "127.255.255.255"}) BOOST_TEST(v4(text, 1).is_loopback());
  for (const auto* text : {"126.255.255.255", "128.0.0.1", "10.0.0.1", "0.0.0.0"})
    BOOST_TEST(!v4(text, 1).is_loopback());
  for (const auto* text : {"::1", "::ffff:127.0.0.1"}) BOOST_TEST(v6(text, 1).is_loopback());
  for (const auto* text : {"::", "::2", "7f00::1", "2001:db8::1", "::ffff:10.0.0.1"})
    BOOST_TEST(!v6(text, 1).is_loopback());
  BOOST_TEST(!PeerAddress().is_loopback());
}

BOOST_AUTO_TEST_CASE(a_unix_socket_tells_the_process_and_its_user) {
  int ends[2] = {-1, -1};
  BOOST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  const UniqueFd first(ends[0]);
  const UniqueFd second(ends[1]);
  const auto peer = local(first.get());
  BOOST_TEST(peer.is_local());
  BOOST_TEST(peer.bytes().empty());
  BOOST_TEST(peer.host().empty());
  BOOST_TEST(peer.user_id().value() == getuid());
  BOOST_TEST(peer.text() == "unix:" + std::to_string(getpid()) + "(uid " + std::to_string(getuid()) + ")");
}

BOOST_AUTO_TEST_CASE(a_unix_socket_of_which_nothing_is_known_is_local) {
  BOOST_TEST(local(-1).is_local());
  BOOST_TEST(local(-1).text() == "unix");
  BOOST_TEST(!local(-1).user_id().has_value());
  BOOST_TEST(PeerAddress().is_local());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::io
