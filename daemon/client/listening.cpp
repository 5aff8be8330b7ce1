#include "daemon/client/listening.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace howdah::client {

using protocol::Channels;

Listening::~Listening() {
  forget_markers();
  desk_.unlisten(*this, channels_);
  desk_.unlisten(*this, handed_);
}

void Listening::hand_over(const Channels& found) {
  Channels added;
  std::ranges::set_difference(found, channels_, std::inserter(added, added.end()));
  if (!is_away_) {  // what it no longer listens to
    Channels gone;
    std::ranges::set_difference(channels_, found, std::inserter(gone, gone.end()));
    desk_.unlisten(*this, gone);
    std::erase_if(channels_, [&](const auto& channel) { return gone.contains(channel); });
  }
  handed_ = std::move(added);
  is_handing_over_ = true;
  auto marker = desk_.expect_marker(*this);
  desk_.listen(*this, handed_, marker);
  markers_.insert(std::move(marker));
}

std::string Listening::fetch(bool is_certain) {
  is_fetch_certain_ = is_certain;
  auto marker = desk_.expect_marker(*this);
  auto channels = channels_;
  channels.insert(desk_.switch_channel());
  auto commands =
      protocol::for_each_channel("LISTEN", channels) + protocol::notify_command(desk_.switch_channel(), marker);
  markers_.insert(std::move(marker));
  return commands;
}

void Listening::end_transaction() {
  if (!is_handing_over_ && !is_fetch_certain_ && !has_half_) forget_markers();
}

void Listening::give_up_handing_over() {
  if (!std::exchange(is_handing_over_, false)) return;
  desk_.unlisten(*this, std::exchange(handed_, {}));
  forget_markers();
  held_.clear();
  has_half_ = has_own_seen_ = has_listener_seen_ = false;
  for (const auto& frame : std::exchange(late_, {})) owner_.hear(frame);
  owner_.on_handed_back();
}

void Listening::give_up_fetching() {
  if (is_handing_over_ || !is_switching()) return;
  has_listener_seen_ = has_own_seen_ = true;
  settle();
}

void Listening::forget_markers() {
  for (const auto& marker : markers_) desk_.forget_marker(marker);
  markers_.clear();
}

// --- who hears what

void Listening::take_own(const protocol::Notification& notification, protocol::Bytes frame) {
  if (notification.channel == desk_.switch_channel()) return take_own_marker(notification.payload);
  if (is_handing_over_) {
    if (is_away_ && channels_.contains(notification.channel)) return;
    return has_own_seen_ ? void(late_.emplace_back(frame)) : owner_.hear(frame);
  }
  if (is_away_ && has_own_seen_) return void(held_.emplace_back(frame));
  if (!is_away_ || !channels_.contains(notification.channel)) owner_.hear(frame);
}

void Listening::on_heard(const pool::HeardPointer& notification) {
  if (is_handing_over_ && (!is_away_ || handed_.contains(notification->channel))) {
    if (has_listener_seen_) held_.push_back(notification->frame);
  } else if (is_away_ && !(has_listener_seen_ && !is_handing_over_)) {
    owner_.hear(notification->frame);
  }
}

void Listening::take_own_marker(std::string_view marker) {
  if (!markers_.contains(marker) || std::exchange(has_own_seen_, true)) return;
  has_half_ = true;
  settle();
}

void Listening::on_marker(std::string_view marker) {
  if (!markers_.contains(marker) || std::exchange(has_listener_seen_, true)) return;
  has_half_ = true;
  settle();
}

void Listening::settle() {
  if (!has_own_seen_ || !has_listener_seen_) return;
  forget_markers();
  const bool is_handed = std::exchange(is_handing_over_, false);
  if (is_handed) channels_.merge(std::exchange(handed_, {}));
  is_away_ = is_handed;
  is_fetch_certain_ = has_half_ = has_own_seen_ = has_listener_seen_ = false;
  late_.clear();
  for (const auto& frame : std::exchange(held_, {})) owner_.hear(frame);
  owner_.on_switched();
}

void Listening::on_listener_lost() {
  const bool was_away = is_away_;
  give_up_handing_over();
  if (was_away) return owner_.on_listener_lost();
  // Its own server hears all, and the listener is asked anew when it is wanted.
  desk_.unlisten(*this, std::exchange(channels_, {}));
}

}  // namespace howdah::client
