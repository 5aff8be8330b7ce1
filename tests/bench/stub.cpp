// A server that speaks PostgreSQL's protocol and answers at once, so that a load reaches the limit of the pooler before
// it. It understands no SQL: the first word of a text says which tag the answer has, and a select returns one row, a 1.
// `repeat('x', WIDTH) ... generate_series(1, COUNT)` returns COUNT rows of WIDTH bytes. One epoll loop, one thread.
//   stub PORT SOCKET       listens on 127.0.0.1 and at a Unix socket; ends with SIGTERM
#include <netinet/tcp.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "answer.h"
#include "sockets.h"

namespace {

using bench::Answer;
using bench::fail;
using bench::message;

class Client {
 public:
  explicit Client(int fd, bench::Answers& answers) : fd_(fd), answers_(answers) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { close(fd_); }

  [[nodiscard]] int fd() const { return fd_; }
  // What came since; false when it is over.
  [[nodiscard]] bool feed(std::string_view bytes) {
    input_ += bytes;
    std::size_t at = 0;
    bool goes_on = true;
    while (goes_on) {
      const std::size_t header = is_started_ ? 5 : 4;
      const auto left = std::string_view(input_).substr(at);
      if (left.size() < header) break;
      const auto size = bench::number(left.substr(header - 4)) + header - 4;
      if (left.size() < size) break;
      const auto body = left.substr(header, size - header);
      goes_on = is_started_ ? handle(left.front(), body) : start(body);
      at += size;
    }
    input_.erase(0, at);
    return goes_on;
  }
  // Sends what there is; false when the peer is gone. `has_more` then tells whether the socket took all.
  [[nodiscard]] bool flush() {
    if (output_.empty()) return true;
    const auto sent = send(fd_, output_.data(), output_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN;
    output_.erase(0, static_cast<std::size_t>(sent));
    return true;
  }
  [[nodiscard]] bool has_more() const { return !output_.empty(); }
  bool is_paused = false;  // nothing is read from it until it has taken what there is

 private:
  [[nodiscard]] bool start(std::string_view body) {
    const auto code = bench::number(body);
    if (code == 80877103 || code == 80877104) {  // SSLRequest, GSSENCRequest
      output_ += 'N';
      return true;
    }
    if (code == 80877102) return false;  // CancelRequest: nothing takes long here
    is_started_ = true;
    output_ += bench::welcome();
    return true;
  }

  [[nodiscard]] bool handle(char kind, std::string_view body) {
    switch (kind) {
      case 'Q':
        run(answers_.to(bench::text(body)), true);
        output_ += bench::ready_for_query(status_);
        return true;
      case 'P': {
        const auto name = bench::text(body);
        statements_[std::string(name)] = &answers_.to(bench::text(body.substr(name.size() + 1)));
        output_ += message('1');
        return true;
      }
      case 'B': {
        const auto portal = bench::text(body);
        portals_[std::string(portal)] = statements_[std::string(bench::text(body.substr(portal.size() + 1)))];
        output_ += message('2');
        return true;
      }
      case 'D':
        describe(body.front(), bench::text(body.substr(1)));
        return true;
      case 'E':
        if (const auto* answer = portals_[std::string(bench::text(body))]) run(*answer, false);
        return true;
      case 'C':
        (body.front() == 'S' ? statements_ : portals_).erase(std::string(bench::text(body.substr(1))));
        output_ += message('3');
        return true;
      case 'S':
        output_ += bench::ready_for_query(status_);
        return true;
      case 'H':
        return true;  // everything is sent at once anyway
      default:
        return false;
    }
  }

  void run(const Answer& answer, bool with_description) {
    if (with_description) output_ += answer.description;
    output_ += answer.result;
    if (answer.status_after != 0) status_ = answer.status_after;
  }

  void describe(char what, std::string_view name) {
    const auto* answer = (what == 'S' ? statements_ : portals_)[std::string(name)];
    if (what == 'S') output_ += message('t', std::string(2, '\0'));
    output_ += answer == nullptr || answer->description.empty() ? message('n') : answer->description;
  }

  const int fd_;
  bench::Answers& answers_;
  bool is_started_ = false;
  char status_ = 'I';
  std::string input_;
  std::string output_;
  std::unordered_map<std::string, const Answer*> statements_;
  std::unordered_map<std::string, const Answer*> portals_;
};

class Stub {
 public:
  Stub(int port, std::string_view path)
      : by_port_(bench::listen_on_port(port)), by_path_(bench::listen_at(bench::unix_address(path))) {
    bench::watch(epoll_, by_port_, EPOLLIN, const_cast<int*>(&by_port_), EPOLL_CTL_ADD);
    bench::watch(epoll_, by_path_, EPOLLIN, const_cast<int*>(&by_path_), EPOLL_CTL_ADD);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 64> events{};
    while (true) {
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      if (count < 0 && errno != EINTR) fail("epoll_wait");
      for (int i = 0; i < count; ++i) on_event(events.at(static_cast<std::size_t>(i)).data.ptr);
    }
  }

 private:
  void on_event(void* owner) {
    if (owner == &by_port_ || owner == &by_path_) return accept_from(*static_cast<int*>(owner));
    serve(*static_cast<Client*>(owner));
  }

  void accept_from(int listener) {
    const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
    if (fd < 0) return;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    auto* client = new Client(fd, answers_);
    clients_.emplace(client, client);
    bench::watch(epoll_, fd, EPOLLIN, client, EPOLL_CTL_ADD);
  }

  void serve(Client& client) {
    if (!client.has_more() && !read_from(client)) return end(client);
    if (!client.flush()) return end(client);
    if (client.has_more() == client.is_paused) return;
    client.is_paused = client.has_more();
    bench::watch(epoll_, client.fd(), client.is_paused ? EPOLLOUT : EPOLLIN, &client, EPOLL_CTL_MOD);
  }

  [[nodiscard]] bool read_from(Client& client) {
    const auto size = recv(client.fd(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (size < 0 && errno == EAGAIN) return true;
    return size > 0 && client.feed(std::string_view(buffer_.data(), static_cast<std::size_t>(size)));
  }

  // An epoll tells of a descriptor once in a turn, so nothing of this turn can still mean the client.
  void end(Client& client) { clients_.erase(&client); }

  const int epoll_ = epoll_create1(0);
  const int by_port_;
  const int by_path_;
  bench::Answers answers_;
  std::unordered_map<Client*, std::unique_ptr<Client>> clients_;
  std::array<char, 65536> buffer_{};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("stub PORT SOCKET\n", stderr);
    return 2;
  }
  Stub(std::atoi(argv[1]), argv[2]).run();
}
