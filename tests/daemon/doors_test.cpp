#include "daemon/doors.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <tuple>

namespace howdah {

namespace {

using io::InheritedListeners;
using io::UniqueFd;
using Names = std::vector<std::string>;

class Guests final : public io::AcceptHandler {
 public:
  void on_accept(UniqueFd fd, io::PeerAddress) override { all.push_back(std::move(fd)); }
  std::vector<UniqueFd> all;
};

class Folder {
 public:
  Folder() { BOOST_REQUIRE(mkdtemp(path_.data()) != nullptr); }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool has(const std::string& name) const { return std::filesystem::exists(path_ + "/" + name); }

 private:
  std::string path_ = "/tmp/howdah-doors-XXXXXX";
};

io::SocketAddress address_of(std::string name) {
  if (name.starts_with("unix:")) return io::SocketAddress::of_path(name.substr(5));
  const auto parsed = config::parse_listen_address(name);
  BOOST_REQUIRE(parsed);
  return io::find_place(*parsed)->addresses.front();
}

// A client that connects there; closed, where it cannot.
UniqueFd guest_of(const std::string& name) {
  const auto address = address_of(name);
  UniqueFd fd(socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connect(fd.get(), &address.get(), address.size()) != 0) fd.reset();
  return fd;
}

bool can_connect(const std::string& name) {
  return guest_of(name).is_open();
}

std::string port_of(const std::string& name) {
  return name.substr(name.rfind(':') + 1);
}

// Somebody else's, at a port that the kernel chose, or that was given.
io::ListeningSocket foreign(const std::string& where = "127.0.0.1:0") {
  auto made = io::bind_socket(address_of(where), {});
  BOOST_REQUIRE(made);
  BOOST_REQUIRE(io::begin_listening(*made));
  return std::move(*made);
}

struct Fixture {
  std::string log_lines;
  os::Log log{config::LogLevel::Info, config::LogFormat::Text, [this](std::string_view line) { log_lines += line; }};
  worker::Worker worker;
  Guests guests;
  Doors doors{{.worker = worker, .log = log, .handler = guests}};
  config::ClientSettings settings;

  // Empty where it is done.
  std::string open(const Names& listen, InheritedListeners inherited = {}) {
    const auto done = doors.open(io::find_places(listen).value(), std::move(inherited), settings);
    return done ? "" : done.error();
  }
  std::string change(const Names& listen) {
    const auto done = doors.change(io::find_places(listen).value(), settings);
    return done ? "" : done.error();
  }
  void inherit(int fd, InheritedListeners::Kind kind, const Names& listen) {
    InheritedListeners inherited;
    std::vector<UniqueFd> sockets;
    sockets.emplace_back(fd);
    BOOST_REQUIRE(inherited.add(std::move(sockets), kind));
    BOOST_REQUIRE(open(listen, std::move(inherited)) == "");
  }
  std::string name(std::size_t number = 0) { return doors.names().at(number); }
  int fd(std::size_t number = 0) { return doors.lend().at(number).fd; }
  void wait_until(const std::function<bool()>& is_so) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!is_so()) {
      BOOST_REQUIRE((std::chrono::steady_clock::now() < limit));
      event_base_loop(worker.loop(), EVLOOP_ONCE);
    }
  }
  // What the kernel has for us now.
  std::size_t guests_after_a_turn() {
    event_base_loop(worker.loop(), EVLOOP_NONBLOCK);
    return guests.all.size();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(doors, Fixture)

BOOST_AUTO_TEST_CASE(who_connects_is_accepted_whatever_the_family) {
  const Folder folder;
  BOOST_REQUIRE(open({"127.0.0.1:0", "[::1]:0", "unix:" + folder.path() + ":7"}) == "");
  BOOST_TEST(name(0).starts_with("127.0.0.1:"));
  BOOST_TEST(name(1).starts_with("[::1]:"));
  BOOST_TEST(name(2) == "unix:" + folder.path() + "/.s.PGSQL.7");
  for (const auto& name : doors.names()) BOOST_TEST(can_connect(name), name);
  BOOST_TEST(guests_after_a_turn() == 3U);
}

BOOST_AUTO_TEST_CASE(what_stays_is_not_touched_and_who_waits_there_is_not_lost) {
  BOOST_REQUIRE(open({"127.0.0.1:0"}) == "");
  const auto before = name();
  const int descriptor = fd();
  const auto waiting = guest_of(before);
  BOOST_REQUIRE(change({"127.0.0.1:0", before, "127.0.0.1:0"}).contains("in use"));  // it is there once
  BOOST_REQUIRE(change({"127.0.0.2:0", before}) == "");
  BOOST_TEST(name(1) == before);
  BOOST_TEST(fd(1) == descriptor);
  BOOST_TEST(can_connect(name(0)));
  BOOST_TEST(guests_after_a_turn() == 2U);
  BOOST_TEST(log_lines.contains("listening address=" + name(0)));
  BOOST_TEST(!log_lines.contains("listening address=" + before));
}

BOOST_AUTO_TEST_CASE(an_address_that_cannot_be_opened_changes_nothing) {
  const Folder folder;
  const auto taken = foreign();
  BOOST_REQUIRE(open({"127.0.0.1:0"}) == "");
  const auto before = doors.names();
  const int descriptor = fd();
  const auto error = change({"unix:" + folder.path(), "127.0.0.1:0", taken.name});
  BOOST_TEST(error == "listen " + taken.name + ": bind: Address already in use");
  BOOST_TEST(change({"unix:/nowhere/at/all"}) ==
             "listen unix:/nowhere/at/all/.s.PGSQL.6432: bind: No such file or directory");
  BOOST_TEST(!folder.has(".s.PGSQL.6432"));
  BOOST_TEST((doors.names() == before));
  BOOST_TEST(fd() == descriptor);
  BOOST_TEST(can_connect(before.front()));
  BOOST_TEST(log_lines == "");
}

BOOST_AUTO_TEST_CASE(what_goes_has_accepted_all_who_came_by_it) {
  const Folder folder;
  BOOST_REQUIRE(open({"127.0.0.1:0", "unix:" + folder.path(), "127.0.0.1:0"}) == "");
  const auto before = doors.names();
  const auto one = guest_of(before[0]);
  const auto other = guest_of(before[1]);
  BOOST_REQUIRE(change({before[2]}) == "");
  BOOST_TEST(guests.all.size() == 2U);
  BOOST_TEST(!can_connect(before[0]));
  BOOST_TEST(!folder.has(".s.PGSQL.6432"));
  BOOST_TEST(can_connect(before[2]));
  BOOST_TEST(log_lines.contains("not listening any more address=" + before[0]));
}

BOOST_AUTO_TEST_CASE(the_same_place_by_another_text_takes_the_socket_over) {
  BOOST_REQUIRE(open({"127.0.0.1:0"}) == "");
  const int descriptor = fd();
  const auto port = port_of(name());
  for (const auto& text : {"127.0.0.1:0", "127.0.0.1:PORT", "localhost:PORT"}) {
    auto listen = std::string(text);
    if (const auto place = listen.find("PORT"); place != std::string::npos) listen.replace(place, 4, port);
    BOOST_REQUIRE(change({listen}) == "");
    const auto lent = doors.lend();
    BOOST_TEST(std::ranges::count(lent, descriptor, &Doors::Lent::fd) == 1, listen);
  }
  BOOST_REQUIRE(change({"127.0.0.1:0"}) == "");
  BOOST_TEST(port_of(name()) != port, "the port was asked for last, so any port is another place");
}

BOOST_AUTO_TEST_CASE(a_unix_socket_by_another_path_is_the_same_one) {
  const Folder folder;
  std::filesystem::create_directory(folder.path() + "/real");
  std::filesystem::create_directory_symlink(folder.path() + "/real", folder.path() + "/link");
  BOOST_REQUIRE(open({"unix:" + folder.path() + "/real"}) == "");
  const int descriptor = fd();
  BOOST_REQUIRE(change({"unix:" + folder.path() + "/link/"}) == "");
  BOOST_TEST(fd() == descriptor);
  doors.close();
  BOOST_TEST(!folder.has("real/.s.PGSQL.6432"));
}

BOOST_AUTO_TEST_CASE(a_narrower_address_takes_the_place_of_a_wider_one_which_goes_a_little_later) {
  BOOST_REQUIRE(open({"0.0.0.0:0"}) == "");
  const auto port = port_of(name());
  const auto narrow = "127.0.0.1:" + port;
  const auto waiting = guest_of(narrow);
  BOOST_REQUIRE(change({narrow}) == "");
  BOOST_TEST((doors.names() == Names{narrow}));
  BOOST_TEST(can_connect(narrow));
  BOOST_TEST(guests_after_a_turn() == 2U);
  wait_until([&] { return !can_connect("127.0.0.2:" + port); });
  BOOST_TEST(can_connect(narrow));
}

BOOST_AUTO_TEST_CASE(a_wider_address_takes_the_place_of_a_narrower_one_which_stays_inside) {
  BOOST_REQUIRE(open({"127.0.0.1:0"}) == "");
  const auto narrow = name();
  const auto wide = "0.0.0.0:" + port_of(narrow);
  const int descriptor = fd();
  for (const auto& listen : {wide, narrow, wide, narrow}) {
    BOOST_REQUIRE(change({listen, "[::1]:0"}) == "");
    BOOST_TEST(name() == listen);
    const auto lent = doors.lend();
    BOOST_TEST(std::ranges::count(lent, descriptor, &Doors::Lent::fd) == 1);
    const auto before = guests.all.size();
    BOOST_TEST(can_connect(narrow));
    BOOST_TEST(guests_after_a_turn() == before + 1);
  }
}

BOOST_AUTO_TEST_CASE(where_a_conflicting_change_fails_the_port_is_nobody_elses) {
  const auto taken = foreign();
  BOOST_REQUIRE(open({"0.0.0.0:0"}) == "");
  const auto narrow = "127.0.0.1:" + port_of(name());
  BOOST_TEST(change({narrow, taken.name}) != "");
  BOOST_TEST(io::bind_socket(address_of(narrow), settings).error().code == EADDRINUSE);
  BOOST_TEST(can_connect(narrow));
  BOOST_TEST(guests_after_a_turn() == 1U);
}

BOOST_AUTO_TEST_CASE(what_was_lent_is_served_as_long_as_we_are_and_stays) {
  const Folder folder;
  auto lent = foreign("unix:" + folder.path() + "/door");
  lent.file.leave();
  inherit(lent.fd.release(), InheritedListeners::Kind::Lent, {"127.0.0.1:0"});
  BOOST_TEST(name(1) == "unix:" + folder.path() + "/door");
  BOOST_REQUIRE(change({"127.0.0.2:0"}) == "");
  BOOST_TEST(can_connect(name(1)));
  BOOST_TEST(guests_after_a_turn() == 1U);
  doors.close();
  BOOST_TEST(folder.has("door"));
}

BOOST_AUTO_TEST_CASE(what_was_given_is_ours) {
  const Folder folder;
  auto given = foreign("unix:" + folder.path() + "/.s.PGSQL.6432");
  given.file.leave();
  inherit(given.fd.release(), InheritedListeners::Kind::Given, {"unix:" + folder.path()});
  BOOST_TEST(can_connect(name()));
  doors.close();
  BOOST_TEST(!folder.has(".s.PGSQL.6432"));
}

BOOST_AUTO_TEST_CASE(what_was_given_and_is_not_named_is_closed) {
  auto given = foreign();
  const auto where = given.name;
  inherit(given.fd.release(), InheritedListeners::Kind::Given, {"127.0.0.1:0"});
  BOOST_TEST(!can_connect(where));
}

BOOST_AUTO_TEST_CASE(who_connects_during_a_pause_waits) {
  BOOST_REQUIRE(open({"127.0.0.1:0"}) == "");
  doors.pause();
  doors.pause();
  BOOST_REQUIRE(change({name(), "127.0.0.2:0"}) == "");
  const auto one = guest_of(name(0));
  const auto other = guest_of(name(1));
  BOOST_TEST((one.is_open() && other.is_open()));
  BOOST_TEST(guests_after_a_turn() == 0U);
  doors.resume();
  doors.resume();
  BOOST_TEST(guests_after_a_turn() == 2U);
}

BOOST_AUTO_TEST_CASE(what_is_lent_to_another_is_open_there_too) {
  const Folder folder;
  BOOST_REQUIRE(open({"127.0.0.1:0", "unix:" + folder.path()}) == "");
  const auto lent = doors.lend();
  BOOST_REQUIRE(lent.size() == 2U);
  BOOST_TEST(lent[1].name == "unix:" + folder.path() + "/.s.PGSQL.6432");
  doors.pause();
  const auto waiting = guest_of(lent[0].name);
  const UniqueFd theirs(fcntl(lent[0].fd, F_DUPFD_CLOEXEC, 0));
  doors.leave_to_another();
  BOOST_TEST(folder.has(".s.PGSQL.6432"));
  BOOST_TEST(UniqueFd(accept(theirs.get(), nullptr, nullptr)).is_open());
  BOOST_TEST(can_connect(lent[0].name));
}

BOOST_AUTO_TEST_CASE(once_closed_nothing_is_opened) {
  BOOST_REQUIRE(open({"127.0.0.1:0"}) == "");
  const auto before = name();
  doors.close();
  BOOST_TEST(change({before, "127.0.0.1:0"}) == "");
  BOOST_TEST(!can_connect(before));
  BOOST_TEST(doors.lend().empty());
}

BOOST_AUTO_TEST_CASE(socket_options_change_for_who_comes_and_zero_gives_them_back_to_the_system) {
  const auto option = [](const UniqueFd& fd, int level, int name) {
    int value = 0;
    socklen_t size = sizeof value;
    getsockopt(fd.get(), level, name, &value, &size);
    return value;
  };
  const UniqueFd fresh(socket(AF_INET, SOCK_STREAM, 0));
  BOOST_REQUIRE(open({"127.0.0.1:0"}) == "");
  config::ClientSettings other;
  other.tcp_keepalives_idle = std::chrono::seconds(91);
  other.tcp_socket_buffer = 32'768;
  other.tcp_nodelay = false;
  config::ClientSettings systems;
  systems.tcp_keepalives_idle = std::chrono::seconds(0);
  std::vector<UniqueFd> clients;
  clients.push_back(guest_of(name()));
  std::ignore = guests_after_a_turn();
  doors.change_options(settings, other);
  clients.push_back(guest_of(name()));
  std::ignore = guests_after_a_turn();
  doors.change_options(other, systems);
  clients.push_back(guest_of(name()));
  BOOST_REQUIRE(guests_after_a_turn() == 3U);
  const auto& [before, changed, reset] = std::tie(guests.all[0], guests.all[1], guests.all[2]);
  BOOST_TEST(option(before, IPPROTO_TCP, TCP_KEEPIDLE) == 300);
  BOOST_TEST(option(changed, IPPROTO_TCP, TCP_KEEPIDLE) == 91);
  BOOST_TEST(option(reset, IPPROTO_TCP, TCP_KEEPIDLE) == option(fresh, IPPROTO_TCP, TCP_KEEPIDLE));
  BOOST_TEST(option(before, IPPROTO_TCP, TCP_NODELAY) != 0);
  BOOST_TEST(option(changed, IPPROTO_TCP, TCP_NODELAY) == 0);
  BOOST_TEST(option(changed, SOL_SOCKET, SO_SNDBUF) == 65'536);
  BOOST_TEST(option(reset, SOL_SOCKET, SO_SNDBUF) == option(before, SOL_SOCKET, SO_SNDBUF));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah
