#include "daemon/auth/peer_check.h"

#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/test/unit_test.hpp>

#include "daemon/io/unique_fd.h"

namespace howdah::auth {

namespace {

const config::AuthRule kRule{.origin = {.kind = config::Origin::Kind::Local}, .method = config::AuthMethod::Peer};

// This process, at the other end of a Unix socket.
io::PeerAddress ourselves() {
  std::array<int, 2> ends{};
  BOOST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
  const io::UniqueFd one(ends[0]);
  const io::UniqueFd other(ends[1]);
  sockaddr_storage address{};
  address.ss_family = AF_UNIX;
  return io::PeerAddress::read(one.get(), address);
}

std::string our_name() {
  const auto* entry = getpwuid(geteuid());
  BOOST_REQUIRE(entry != nullptr);
  return entry->pw_name;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(peer_check)

BOOST_AUTO_TEST_CASE(the_user_of_the_system_gets_in_under_the_same_name) {
  BOOST_TEST(make_peer_check(kRule, nullptr, our_name(), ourselves()).run().is_right);
}

BOOST_AUTO_TEST_CASE(nobody_else_does_and_the_log_hears_who_it_was) {
  const auto answer = make_peer_check(kRule, nullptr, "somebody else", ourselves()).run();
  BOOST_TEST(!answer.is_right);
  BOOST_TEST(answer.log_detail == "it is \"" + our_name() + "\" of the system");
}

BOOST_AUTO_TEST_CASE(a_peer_of_which_nothing_is_known_is_nobody) {
  BOOST_TEST(!make_peer_check(kRule, nullptr, our_name(), io::PeerAddress()).run().is_right);
  sockaddr_storage address{};
  address.ss_family = AF_INET;
  BOOST_TEST(!make_peer_check(kRule, nullptr, our_name(), io::PeerAddress::read(-1, address)).run().is_right);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::auth
