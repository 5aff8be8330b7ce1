#include "daemon/io/inherited_listeners.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <boost/test/unit_test.hpp>

namespace howdah::io {

namespace {

using Kind = InheritedListeners::Kind;

struct Listening {
  UniqueFd fd;
  sockaddr_storage address{};

  [[nodiscard]] const sockaddr& where() const { return reinterpret_cast<const sockaddr&>(address); }
};

// On a port that the kernel chooses.
Listening listen_on(const sockaddr& address, socklen_t size, int only_v6 = 1) {
  Listening made{.fd = UniqueFd(socket(address.sa_family, SOCK_STREAM, 0))};
  if (address.sa_family == AF_INET6) setsockopt(made.fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof only_v6);
  BOOST_REQUIRE(bind(made.fd.get(), &address, size) == 0 && listen(made.fd.get(), 1) == 0);
  socklen_t room = sizeof made.address;
  getsockname(made.fd.get(), reinterpret_cast<sockaddr*>(&made.address), &room);
  return made;
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

sockaddr_in every_v4_address(const Listening& with_port_of) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = reinterpret_cast<const sockaddr_in6&>(with_port_of.address).sin6_port;
  return address;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(inherited_listeners)

BOOST_AUTO_TEST_CASE(an_address_takes_its_socket_once) {
  InheritedListeners inherited;
  auto one = loopback();
  const auto other = loopback();
  const int number = one.fd.get();
  BOOST_REQUIRE(inherited.add(list_of(std::move(one.fd)), Kind::Lent).has_value());
  BOOST_TEST(!inherited.take(other.where()).fd.is_open());
  const auto taken = inherited.take(one.where());
  BOOST_TEST(taken.fd.get() == number);
  BOOST_TEST((taken.kind == Kind::Lent));
  BOOST_TEST(!inherited.take(one.where()).fd.is_open());
}

BOOST_AUTO_TEST_CASE(of_what_nobody_takes_the_lent_ones_are_served_and_the_given_ones_are_closed) {
  InheritedListeners inherited;
  auto lent = loopback();
  auto given = loopback();
  const int number = lent.fd.get();
  BOOST_REQUIRE(inherited.add(list_of(std::move(lent.fd)), Kind::Lent).has_value());
  BOOST_REQUIRE(inherited.add(list_of(std::move(given.fd)), Kind::Given).has_value());
  const auto rest = inherited.take_rest();
  BOOST_REQUIRE(rest.size() == 1U);
  BOOST_TEST(rest.front().get() == number);
  BOOST_TEST(inherited.take_rest().empty());
}

BOOST_AUTO_TEST_CASE(a_socket_for_both_families_covers_the_address_of_the_other_one) {
  InheritedListeners inherited;
  auto both = every_v6_address(0);
  const auto v4 = every_v4_address(both);
  BOOST_REQUIRE(inherited.add(list_of(std::move(both.fd)), Kind::Lent).has_value());
  BOOST_TEST(inherited.covers(reinterpret_cast<const sockaddr&>(v4)));
  std::ignore = inherited.take(both.where());
  BOOST_TEST(inherited.covers(reinterpret_cast<const sockaddr&>(v4)));
}

BOOST_AUTO_TEST_CASE(a_socket_for_one_family_does_not) {
  InheritedListeners inherited;
  auto six = every_v6_address(1);
  const auto v4 = every_v4_address(six);
  BOOST_REQUIRE(inherited.add(list_of(std::move(six.fd)), Kind::Lent).has_value());
  BOOST_TEST(!inherited.covers(reinterpret_cast<const sockaddr&>(v4)));
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
