// Who hears of notifications without a server of its own: see ChannelDesk. On its own worker.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace howdah::pool {

struct HeardNotification {
  std::string channel;
  std::string frame;  // the whole message, for a client
};
using HeardPointer = std::shared_ptr<const HeardNotification>;

class ChannelSubscriber {
 public:
  virtual void on_heard(const HeardPointer& notification) = 0;
  // The listener has come to this marker of the subscriber's, in the order of all notifications.
  virtual void on_marker(std::string_view marker) = 0;
  // From here on it may miss some.
  virtual void on_listener_lost() = 0;
  // And from here on it does not, where the listener is to come back.
  virtual void on_listening_again() = 0;

 protected:
  ~ChannelSubscriber() = default;
};

}  // namespace howdah::pool
