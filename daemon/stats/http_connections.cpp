#include "daemon/stats/http_connections.h"

#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <sys/socket.h>

#include <algorithm>

namespace howdah::stats {

void HttpConnections::Release::operator()(bufferevent* pointer) const {
  bufferevent_decref(pointer);
}

// libevent tells nobody that a bufferevent is freed; but then its callbacks are gone, and their argument with
// them.
bool HttpConnections::Connection::is_over() const {
  void* argument = nullptr;
  bufferevent_getcb(socket.get(), nullptr, nullptr, nullptr, &argument);
  return argument == nullptr;
}

// evhttp sees an end of file and drops the connection.
void HttpConnections::Connection::shut() {
  is_shut = true;
  shutdown(bufferevent_getfd(socket.get()), SHUT_RDWR);
}

bufferevent* HttpConnections::open() {
  forget_what_is_over();
  auto* socket = bufferevent_socket_new(loop_, -1, BEV_OPT_CLOSE_ON_FREE);
  if (socket == nullptr) return nullptr;
  if (connections_.size() >= kMost) {
    const auto oldest = std::ranges::find(connections_, false, &Connection::is_shut);
    if (oldest != connections_.end()) oldest->shut();
  }
  bufferevent_incref(socket);
  connections_.push_back(Connection{.socket = Connection::Socket(socket), .opened_at = Clock::now()});
  if (connections_.size() >= 2 * kMost) std::ranges::for_each(listeners_, evconnlistener_disable);
  return socket;
}

void HttpConnections::sweep() {
  forget_what_is_over();
  const auto now = Clock::now();
  for (auto& connection : connections_) {
    if (!connection.is_shut && now - connection.opened_at >= kLongest) connection.shut();
  }
  if (connections_.size() < 2 * kMost) std::ranges::for_each(listeners_, evconnlistener_enable);
}

void HttpConnections::forget_what_is_over() {
  std::erase_if(connections_, [](const Connection& connection) { return connection.is_over(); });
}

}  // namespace howdah::stats
