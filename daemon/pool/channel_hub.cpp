#include "daemon/pool/channel_hub.h"

#include <fmt/format.h>

#include <random>
#include <utility>

#include "daemon/pool/channel_desk.h"

namespace howdah::pool {

namespace {

// Several instances may serve one database.
std::string unique_channel() {
  std::random_device random;
  return fmt::format("howdah_{:08x}{:08x}", random(), random());
}

}  // namespace

ChannelHub::ChannelHub() : switch_channel_(unique_channel()) {}

std::size_t ChannelHub::join(ChannelDesk& desk, worker::Mailbox& mailbox) {
  const std::lock_guard lock(mutex_);
  parts_.push_back({&desk, &mailbox});
  return parts_.size() - 1;
}

ChannelHub::Part ChannelHub::host_for(std::size_t from) {
  const std::lock_guard lock(mutex_);
  if (!host_) host_ = from;
  return parts_[*host_];
}

void ChannelHub::listen(std::size_t from, protocol::Channels channels, std::string marker) {
  const auto host = host_for(from);
  host.mailbox->post([desk = host.desk, from, channels = std::move(channels), marker = std::move(marker)] {
    desk->host().listen(from, channels, marker);
  });
}

void ChannelHub::unlisten(std::size_t from, protocol::Channels channels) {
  const auto host = host_for(from);
  host.mailbox->post(
      [desk = host.desk, from, channels = std::move(channels)] { desk->host().unlisten(from, channels); });
}

void ChannelHub::tell(std::size_t to, News news, HeardPointer heard, std::string marker) {
  Part part{};
  {
    const std::lock_guard lock(mutex_);
    if (to >= parts_.size()) return;  // a marker of nobody's
    part = parts_[to];
  }
  part.mailbox->post([desk = part.desk, news, heard = std::move(heard), marker = std::move(marker)] {
    desk->take(news, heard, marker);
  });
}

}  // namespace howdah::pool
