#include "daemon/io/packets.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <string>
#include <thread>

namespace howdah::io {

namespace {

using Outcome = PacketReader::Outcome;

struct Pair {
  Pair() {
    int ends[2];
    BOOST_REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
    here.reset(ends[0]);
    there.reset(ends[1]);
  }
  // Whether all of it has gone.
  bool send(std::string_view message, int descriptor = -1) const {
    std::size_t done = 0;
    do {
      const auto sent = send_part(here.get(), message, done, descriptor);
      if (!sent) return false;
      done = *sent;
    } while (done < message.size());
    return true;
  }
  void do_not_wait() const { fcntl(there.get(), F_SETFL, O_NONBLOCK); }

  UniqueFd here;
  UniqueFd there;
};

Outcome read_whole(PacketReader& reader, int socket) {
  auto outcome = Outcome::Part;
  while (outcome == Outcome::Part) outcome = reader.read(socket);
  return outcome;
}

ino_t file_of(int descriptor) {
  struct stat about{};
  BOOST_REQUIRE(fstat(descriptor, &about) == 0);
  return about.st_ino;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(packets)

BOOST_AUTO_TEST_CASE(messages_of_any_size_come_out_as_they_went_in) {
  const Pair pair;
  for (const std::size_t size : {0UZ, 1UZ, kMostPartBytes - 1, kMostPartBytes, kMostPartBytes + 1, 1'000'000UZ}) {
    const std::string message(size, 'x');
    bool is_sent = false;
    std::thread sender([&] { is_sent = pair.send(message); });
    PacketReader reader;
    BOOST_TEST((read_whole(reader, pair.there.get()) == Outcome::Whole));
    sender.join();
    BOOST_TEST(is_sent);
    BOOST_TEST((reader.take().message == message));
  }
}

BOOST_AUTO_TEST_CASE(a_descriptor_comes_with_its_message_and_closed_by_exec) {
  const Pair pair;
  const UniqueFd file(open("/dev/null", O_RDONLY | O_CLOEXEC));
  PacketReader reader;
  for (const std::size_t size : {5UZ, 3 * kMostPartBytes}) {
    BOOST_TEST(pair.send(std::string(size, 'x'), file.get()));
    BOOST_TEST(pair.send("none"));
    BOOST_TEST((read_whole(reader, pair.there.get()) == Outcome::Whole));
    const auto packet = reader.take();
    BOOST_REQUIRE(packet.fd.is_open());
    BOOST_TEST(file_of(packet.fd.get()) == file_of(file.get()));
    BOOST_TEST((fcntl(packet.fd.get(), F_GETFD) & FD_CLOEXEC) != 0);
    BOOST_TEST((read_whole(reader, pair.there.get()) == Outcome::Whole));
    BOOST_TEST(!reader.take().fd.is_open());
  }
}

BOOST_AUTO_TEST_CASE(a_descriptor_for_which_there_is_no_room_is_lost_and_its_message_is_not) {
  const Pair pair;
  const UniqueFd file(open("/dev/null", O_RDONLY | O_CLOEXEC));
  BOOST_TEST(pair.send("with one", file.get()));
  rlimit before{};
  BOOST_REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const UniqueFd next(dup(file.get()));  // all below are in use
  const rlimit full{.rlim_cur = static_cast<rlim_t>(next.get()) + 1, .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &full);
  PacketReader reader;
  const auto outcome = read_whole(reader, pair.there.get());
  setrlimit(RLIMIT_NOFILE, &before);
  BOOST_TEST((outcome == Outcome::Whole));
  const auto packet = reader.take();
  BOOST_TEST(packet.message == "with one");
  BOOST_TEST(!packet.fd.is_open());
}

BOOST_AUTO_TEST_CASE(what_was_sent_is_read_though_the_sender_has_ended) {
  Pair pair;
  BOOST_TEST(pair.send("last words"));
  pair.here.reset();
  PacketReader reader;
  BOOST_TEST((read_whole(reader, pair.there.get()) == Outcome::Whole));
  BOOST_TEST(reader.take().message == "last words");
  BOOST_TEST((reader.read(pair.there.get()) == Outcome::End));
}

BOOST_AUTO_TEST_CASE(nothing_there_is_no_end) {
  const Pair pair;
  pair.do_not_wait();
  PacketReader reader;
  BOOST_TEST((reader.read(pair.there.get()) == Outcome::WouldBlock));
}

BOOST_AUTO_TEST_CASE(a_full_socket_takes_the_rest_later) {
  const Pair pair;
  fcntl(pair.here.get(), F_SETFL, O_NONBLOCK);
  const std::string part(kMostPartBytes, 'x');
  while (send_part(pair.here.get(), part, 0, -1)) {
  }
  BOOST_TEST(errno == EAGAIN);
  PacketReader reader;
  BOOST_TEST((reader.read(pair.there.get()) == Outcome::Whole));
  while (!send_part(pair.here.get(), part, 0, -1)) BOOST_REQUIRE((reader.read(pair.there.get()) == Outcome::Whole));
}

BOOST_AUTO_TEST_CASE(both_ends_know_who_the_other_is) {
  const Pair pair;
  BOOST_TEST(other_end(pair.here.get()).value().user == geteuid());
  BOOST_TEST(other_end(pair.here.get()).value().process == getpid());
  BOOST_TEST(!other_end(-1).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::io
