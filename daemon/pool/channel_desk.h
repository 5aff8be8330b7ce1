// Where the sessions of one pool on one worker hear of notifications without a server of their own. One connection
// listens for all sessions of a database, on the worker whose desk asked first; the hub carries what it hears to the
// desks. One worker's thread.
//
// All listening backends of a database hear the same notifications in the same order. So a marker, which is notified
// like any other and which both the listener and a session's own server hear, says exactly from where on the one stands
// for the other.
#pragma once

#include <map>
#include <set>
#include <string>

#include "daemon/pool/channel_host.h"

namespace howdah::pool {

class ChannelDesk {
 public:
  ChannelDesk(const ChannelHost::Environment& environment, worker::Mailbox& mailbox, ChannelHub& hub)
      : hub_(hub), host_(environment, hub), number_(hub.join(*this, mailbox)) {}

  [[nodiscard]] const std::string& switch_channel() const { return hub_.switch_channel(); }

  // A new marker; the subscriber is told of it when the listener hears it, if it is still expected then.
  [[nodiscard]] std::string expect_marker(ChannelSubscriber& subscriber);
  void forget_marker(std::string_view marker);
  // The listener listens to these for the subscriber, who has none of them yet, and notifies the marker once it does.
  void listen(ChannelSubscriber& subscriber, const protocol::Channels& channels, const std::string& marker);
  void unlisten(ChannelSubscriber& subscriber, const protocol::Channels& channels);

  // --- by letter
  [[nodiscard]] ChannelHost& host() { return host_; }
  [[nodiscard]] const ChannelHost& host() const { return host_; }
  void take(ChannelHub::News news, const HeardPointer& heard, const std::string& marker);

 private:
  using Subscribers = std::set<ChannelSubscriber*>;

  void hand_out(const HeardPointer& heard);
  void tell_all(void (ChannelSubscriber::*news)());
  void note_end(ChannelSubscriber& subscriber);

  ChannelHub& hub_;
  ChannelHost host_;
  const std::size_t number_;
  std::uint64_t last_marker_ = 0;
  std::map<std::string, Subscribers, std::less<>> subscribers_;  // by channel
  std::map<std::string, ChannelSubscriber*, std::less<>> markers_;
  std::map<ChannelSubscriber*, std::size_t> uses_;  // of the two before
};

}  // namespace howdah::pool
