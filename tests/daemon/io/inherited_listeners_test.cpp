#include "daemon/io/inherited_listeners.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <boost/test/unit_test.hpp>

namespace howdah::io {

namespace {

using Kind = InheritedListeners::Kind;

struct Listening {
  UniqueFd fd;
  SocketAddress address;
};

// On a port that the kernel chooses.
Listening listen_on(const sockaddr& address, socklen_t size, int only_v6 = 1) {
  UniqueFd fd(socket(address.sa_family, SOCK_STREAM, 0));
  if (address.sa_family == AF_INET6) setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof only_v6);
  BOOST_REQUIRE(bind(fd.get(), &address, size) == 0 && listen(fd.get(), 1) == 0);
  const auto own = SocketAddress::of_socket(fd.get());
  return {.fd = std::move(fd), .address = own};
}

Listening loopback() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return listen_on(reinterpret_cast<const sockaddr&>(address), sizeof address);
}

Listening every_v6_address(int only_v6) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  return listen_on(reinterpret_cast<const sockaddr&>(address), sizeof address, only_v6);
}

std::vector<UniqueFd> list_of(UniqueFd fd) {
  std::vector<UniqueFd> list;
  list.push_back(std::move(fd));
  return list;
}

SocketAddress every_v4_address(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  return {reinterpret_cast<const sockaddr&>(address), sizeof address};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(inherited_listeners)

BOOST_AUTO_TEST_CASE(one_socket_by_two_descriptors_is_one) {
  InheritedListeners inherited;
  auto lent = loopback();
  UniqueFd again(dup(lent.fd.get()));
  BOOST_TEST(inherited.add(list_of(std::move(lent.fd)), Kind::Lent).has_value());
  BOOST_TEST(inherited.add(list_of(std::move(again)), Kind::Lent).has_value());
  BOOST_TEST(inherited.take_all().size() == 1U);
}

BOOST_AUTO_TEST_CASE(they_are_known_by_their_address_and_taken_once) {
  InheritedListeners inherited;
  auto lent = loopback();
  auto given = loopback();
  const auto other = loopback();
  const int number = lent.fd.get();
  BOOST_REQUIRE(inherited.add(list_of(std::move(lent.fd)), Kind::Lent).has_value());
  BOOST_REQUIRE(inherited.add(list_of(std::move(given.fd)), Kind::Given).has_value());
  BOOST_TEST(inherited.have(lent.address));
  BOOST_TEST(inherited.have(given.address));
  BOOST_TEST(!inherited.have(other.address));
  const auto all = inherited.take_all();
  BOOST_REQUIRE(all.size() == 2U);
  BOOST_TEST(all.front().fd.get() == number);
  BOOST_TEST((all.front().kind == Kind::Lent));
  BOOST_TEST((all.back().kind == Kind::Given));
  BOOST_TEST(inherited.take_all().empty());
  BOOST_TEST(!inherited.have(lent.address));
}

BOOST_AUTO_TEST_CASE(a_socket_for_both_families_is_at_the_address_of_the_other_one_too) {
  InheritedListeners inherited;
  auto both = every_v6_address(0);
  BOOST_REQUIRE(inherited.add(list_of(std::move(both.fd)), Kind::Lent).has_value());
  BOOST_TEST(inherited.have(both.address));
  BOOST_TEST(inherited.have(every_v4_address(both.address.port())));
}

BOOST_AUTO_TEST_CASE(a_socket_for_one_family_is_not) {
  InheritedListeners inherited;
  auto six = every_v6_address(1);
  BOOST_REQUIRE(inherited.add(list_of(std::move(six.fd)), Kind::Lent).has_value());
  BOOST_TEST(!inherited.have(every_v4_address(six.address.port())));
}

BOOST_AUTO_TEST_CASE(a_socket_that_does_not_listen_is_refused) {
  for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
    InheritedListeners inherited;
    const auto added = inherited.add(list_of(UniqueFd(socket(AF_INET, type, 0))), Kind::Lent);
    BOOST_REQUIRE(!added);
    BOOST_TEST(added.error().contains("is not a listening stream socket"));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::io
