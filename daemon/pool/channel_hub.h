// What the channel desks of a database have in common: which of them hosts the one connection that listens for all,
// and the letters between them. Any thread.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "daemon/pool/channel_subscriber.h"
#include "daemon/worker/mailbox.h"
#include "protocol/notification.h"

namespace howdah::pool {

class ChannelDesk;

class ChannelHub {
 public:
  ChannelHub();

  // Markers go through it: a channel that no client knows.
  [[nodiscard]] const std::string& switch_channel() const { return switch_channel_; }

  // A desk joins before anything else, and stays to the end of all workers; its number.
  [[nodiscard]] std::size_t join(ChannelDesk& desk, worker::Mailbox& mailbox);

  // --- to the host: the desk that asks first. `from`: the caller's number.
  void listen(std::size_t from, protocol::Channels channels, std::string marker);
  void unlisten(std::size_t from, protocol::Channels channels);

  // --- from the host
  enum class News { Heard, Marker, Lost, Again };
  // `heard` with Heard, `marker` with Marker.
  void tell(std::size_t to, News news, HeardPointer heard = nullptr, std::string marker = {});

 private:
  struct Part {
    ChannelDesk* desk;
    worker::Mailbox* mailbox;
  };
  [[nodiscard]] Part host_for(std::size_t from);

  const std::string switch_channel_;
  std::mutex mutex_;  // guards what follows
  std::vector<Part> parts_;
  std::optional<std::size_t> host_;
};

}  // namespace howdah::pool
