#include "daemon/pool/channel_host.h"

#include <charconv>
#include <set>
#include <utility>

namespace howdah::pool {

using protocol::Channels;

namespace {

// A marker begins with the number of its desk.
std::size_t desk_of(std::string_view marker) {
  std::size_t desk = 0;
  const auto [end, error] = std::from_chars(marker.begin(), marker.end(), desk);
  const bool is_ours = error == std::errc() && end != marker.end() && *end == '.';
  return is_ours ? desk : static_cast<std::size_t>(-1);
}

}  // namespace

void ChannelHost::listen(std::size_t from, const Channels& channels, std::string_view marker) {
  Channels added;
  for (const auto& channel : channels) {
    auto& desks = wanted_[channel];
    if (desks.empty()) added.insert(channel);
    ++desks[from];
  }
  const bool may_wait = environment_.settings.state.listener_lost == config::ListenerLost::Relisten;
  if (!listener_ && !(may_wait && retry_timer_.is_armed())) {
    start();
    added.clear();
  }
  if (!listener_) return;
  listener_->run(protocol::for_each_channel("LISTEN", added) + protocol::notify_command(hub_.switch_channel(), marker));
}

void ChannelHost::unlisten(std::size_t from, const Channels& channels) {
  Channels removed;
  for (const auto& channel : channels) {
    const auto found = wanted_.find(channel);
    if (found == wanted_.end()) continue;
    const auto desk = found->second.find(from);
    if (desk == found->second.end() || --desk->second > 0) continue;
    found->second.erase(desk);
    if (!found->second.empty()) continue;
    wanted_.erase(found);
    removed.insert(channel);
  }
  if (wanted_.empty()) return end();
  if (listener_) listener_->run(protocol::for_each_channel("UNLISTEN", removed));
}

void ChannelHost::start() {
  retry_timer_.disarm();
  listener_ = std::make_unique<server::ChannelListener>(
      server::ChannelListener::Environment{.agenda = environment_.agenda,
                                           .connector = environment_.connector,
                                           .target = environment_.target,
                                           .connect_timeout = environment_.settings.connect_timeout,
                                           .id = ++environment_.last_server_id},
      static_cast<server::ChannelListenerOwner&>(*this));
  auto channels = this->channels();
  channels.insert(hub_.switch_channel());
  listener_->run(protocol::for_each_channel("LISTEN", channels));
}

// Nobody wants it: the backend is asked to let its connection go.
void ChannelHost::end() {
  retry_timer_.disarm();
  is_to_return_ = false;
  if (listener_) environment_.agenda.bury(std::shared_ptr<server::ChannelListener>(std::move(listener_)));
}

void ChannelHost::reconnect() {
  if (listener_) on_listener_lost("the backend changed");
}

void ChannelHost::leave(const std::string& address) {
  if (server() != nullptr && server()->address() == address) on_listener_lost("its host is not what is asked for");
}

Channels ChannelHost::channels() const {
  Channels channels;
  for (const auto& [channel, desks] : wanted_) channels.insert(channel);
  return channels;
}

void ChannelHost::on_listening() {
  const auto& server = *listener_->server();
  environment_.log.info("listener connected", {{"server", server.id()},
                                               {"database", environment_.database},
                                               {"address", server.address()},
                                               {"pid", server.process_id()}});
  if (std::exchange(is_to_return_, false)) tell_all(ChannelHub::News::Again);
}

void ChannelHost::on_notification(const protocol::Notification& notification, protocol::Bytes frame) {
  if (notification.channel == hub_.switch_channel()) {
    return hub_.tell(desk_of(notification.payload), ChannelHub::News::Marker, nullptr,
                     std::string(notification.payload));
  }
  const auto found = wanted_.find(notification.channel);
  if (found == wanted_.end()) return;
  const auto heard = std::make_shared<const HeardNotification>(std::string(notification.channel), std::string(frame));
  for (const auto& [desk, count] : found->second) hub_.tell(desk, ChannelHub::News::Heard, heard);
}

void ChannelHost::on_listener_lost(const std::string& why) {
  environment_.log.warning("listener lost", {{"database", environment_.database}, {"reason", why}});
  environment_.agenda.bury(std::shared_ptr<server::ChannelListener>(std::move(listener_)));
  tell_all(ChannelHub::News::Lost);
  // For those who stay; where all are disconnected by this, nobody wants it any more, and it ends.
  is_to_return_ = true;
  environment_.agenda.arm_in(retry_timer_, kRetryAfter);
}

void ChannelHost::tell_all(ChannelHub::News news) {
  std::set<std::size_t> told;
  for (const auto& [channel, desks] : wanted_) {
    for (const auto& [desk, count] : desks) {
      if (told.insert(desk).second) hub_.tell(desk, news);
    }
  }
}

}  // namespace howdah::pool
