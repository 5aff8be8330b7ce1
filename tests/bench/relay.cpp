// A relay that parses nothing, as the limit of what a proxy in user space can reach: for each client a connection to
// the backend, and whatever one side sends is read once and written once to the other. One epoll loop, one thread.
//   relay PORT SOCKET      listens on 127.0.0.1 and connects to a Unix socket; ends with SIGTERM
#include <netinet/tcp.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <unordered_set>

#include "sockets.h"

namespace {

using bench::fail;

struct Pair;

struct Side {
  int fd = -1;
  Pair* pair = nullptr;
  Side* other = nullptr;
  std::string pending;  // for this side's socket, which took no more
};

struct Pair {
  Side client;
  Side server;
  bool is_over = false;
};

class Relay {
 public:
  Relay(int port, std::string_view backend)
      : listener_(bench::listen_on_port(port)), backend_(bench::unix_address(backend)) {
    watch(listener_, EPOLLIN, nullptr, EPOLL_CTL_ADD);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 64> events{};
    while (true) {
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      if (count < 0 && errno != EINTR) fail("epoll_wait");
      for (int i = 0; i < count; ++i) {
        auto* side = static_cast<Side*>(events.at(static_cast<std::size_t>(i)).data.ptr);
        side == nullptr ? accept_one() : serve(*side, events.at(static_cast<std::size_t>(i)).events);
      }
      over_.clear();
    }
  }

 private:
  void watch(int fd, std::uint32_t what, Side* side, int how) const { bench::watch(epoll_, fd, what, side, how); }

  void accept_one() {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
    if (client < 0) return;
    const int server = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(server, reinterpret_cast<const sockaddr*>(&backend_), sizeof(backend_)) != 0) fail("connect");
    const int on = 1;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    auto* pair = new Pair;
    pair->client = {client, pair, &pair->server, {}};
    pair->server = {server, pair, &pair->client, {}};
    watch(client, EPOLLIN, &pair->client, EPOLL_CTL_ADD);
    watch(server, EPOLLIN, &pair->server, EPOLL_CTL_ADD);
  }

  void serve(Side& side, std::uint32_t events) {
    if (side.pair->is_over) return;
    if ((events & EPOLLOUT) != 0) return drain(side);
    const auto size = recv(side.fd, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) return end(*side.pair);
    write(*side.other, std::string_view(buffer_.data(), static_cast<std::size_t>(size)));
  }

  void write(Side& side, std::string_view bytes) {
    const auto sent = send(side.fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return end(*side.pair);
    side.pending = bytes.substr(sent < 0 ? 0 : static_cast<std::size_t>(sent));
    if (side.pending.empty()) return;
    watch(side.fd, EPOLLOUT, &side, EPOLL_CTL_MOD);
    watch(side.other->fd, 0, side.other, EPOLL_CTL_MOD);
  }

  void drain(Side& side) {
    const auto bytes = std::move(side.pending);
    watch(side.fd, EPOLLIN, &side, EPOLL_CTL_MOD);
    watch(side.other->fd, EPOLLIN, side.other, EPOLL_CTL_MOD);
    write(side, bytes);
  }

  void end(Pair& pair) {
    pair.is_over = true;
    for (const int fd : {pair.client.fd, pair.server.fd}) close(fd);
    over_.insert(std::unique_ptr<Pair>(&pair));
  }

  const int epoll_ = epoll_create1(0);
  const int listener_;
  const sockaddr_un backend_;
  std::array<char, 65536> buffer_{};
  std::unordered_set<std::unique_ptr<Pair>> over_;  // until no event of this turn can be theirs
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("relay PORT SOCKET\n", stderr);
    return 2;
  }
  Relay(std::atoi(argv[1]), argv[2]).run();
}
