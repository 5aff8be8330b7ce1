#include "daemon/pool/channel_desk.h"

#include <fmt/format.h>

namespace howdah::pool {

using protocol::Channels;

std::string ChannelDesk::expect_marker(ChannelSubscriber& subscriber) {
  auto marker = fmt::format("{}.{}", number_, ++last_marker_);
  markers_.emplace(marker, &subscriber);
  ++uses_[&subscriber];
  return marker;
}

void ChannelDesk::forget_marker(std::string_view marker) {
  const auto found = markers_.find(marker);
  if (found == markers_.end()) return;
  note_end(*found->second);
  markers_.erase(found);
}

void ChannelDesk::listen(ChannelSubscriber& subscriber, const Channels& channels, const std::string& marker) {
  for (const auto& channel : channels) {
    if (subscribers_[channel].insert(&subscriber).second) ++uses_[&subscriber];
  }
  hub_.listen(number_, channels, marker);
}

void ChannelDesk::unlisten(ChannelSubscriber& subscriber, const Channels& channels) {
  if (channels.empty()) return;
  for (const auto& channel : channels) {
    const auto found = subscribers_.find(channel);
    if (found->second.erase(&subscriber) > 0) note_end(subscriber);
    if (found->second.empty()) subscribers_.erase(found);
  }
  hub_.unlisten(number_, channels);
}

void ChannelDesk::take(ChannelHub::News news, const HeardPointer& heard, const std::string& marker) {
  switch (news) {
    case ChannelHub::News::Heard:
      return hand_out(heard);
    case ChannelHub::News::Marker: {
      const auto found = markers_.find(marker);
      if (found != markers_.end()) found->second->on_marker(marker);
      return;
    }
    case ChannelHub::News::Lost:
      return tell_all(&ChannelSubscriber::on_listener_lost);
    case ChannelHub::News::Again:
      return tell_all(&ChannelSubscriber::on_listening_again);
  }
}

// Sessions may end while others hear: who is still there is looked up each time.
void ChannelDesk::hand_out(const HeardPointer& heard) {
  const auto found = subscribers_.find(heard->channel);
  if (found == subscribers_.end()) return;
  for (auto* subscriber : Subscribers(found->second)) {
    const auto now = subscribers_.find(heard->channel);
    if (now == subscribers_.end()) return;
    if (now->second.contains(subscriber)) subscriber->on_heard(heard);
  }
}

void ChannelDesk::tell_all(void (ChannelSubscriber::*news)()) {
  for (const auto& [subscriber, uses] : std::map(uses_)) {
    if (uses_.contains(subscriber)) (subscriber->*news)();
  }
}

void ChannelDesk::note_end(ChannelSubscriber& subscriber) {
  const auto found = uses_.find(&subscriber);
  if (--found->second == 0) uses_.erase(found);
}

}  // namespace howdah::pool
