// The connections of the stats port: not too many at a time, none for too long. evhttp closes a connection
// that is silent, but one that sends a byte now and then would live for ever. The loop's thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

struct bufferevent;
struct event_base;
struct evconnlistener;

namespace howdah::stats {

class HttpConnections {
 public:
  static constexpr std::size_t kMost = 64;
  static constexpr std::chrono::seconds kLongest{10};

  explicit HttpConnections(event_base* loop) : loop_(loop) {}

  // `listener` pauses while far too many connections are open. It must live as long as this.
  void watch(evconnlistener* listener) { listeners_.push_back(listener); }
  // What evhttp is to use for the connection that it accepts now, and then owns. Where there are too many,
  // the oldest one ends: a flood of silent connections does not shut out those that ask.
  [[nodiscard]] bufferevent* open();
  // To be called about once a second: ends what is too old, and accepts again after a pause or a failure.
  void sweep();

 private:
  using Clock = std::chrono::steady_clock;
  struct Release {
    void operator()(bufferevent* pointer) const;
  };
  struct Connection {
    using Socket = std::unique_ptr<bufferevent, Release>;
    Socket socket;  // shared with evhttp
    Clock::time_point opened_at;
    bool is_shut = false;

    // evhttp has dropped it.
    [[nodiscard]] bool is_over() const;
    void shut();
  };

  void forget_what_is_over();

  event_base* loop_;
  std::vector<evconnlistener*> listeners_;
  std::deque<Connection> connections_;  // the oldest first
};

}  // namespace howdah::stats
