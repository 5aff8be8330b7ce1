// The desk's part that has the listening connection of a database: which desks want which channels, and the
// connection while there are any. One worker's thread; only one desk's is in use.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "config/settings.h"
#include "daemon/os/log.h"
#include "daemon/pool/channel_hub.h"
#include "daemon/server/channel_listener.h"

namespace howdah::pool {

class ChannelHost final : private server::ChannelListenerOwner {
 public:
  struct Environment {
    worker::Agenda& agenda;
    server::BackendConnector& connector;
    os::Log& log;
    std::atomic<server::ServerId>& last_server_id;
    const std::string& database;
    const server::BackendTarget& target;
    const config::PoolSettings& settings;
  };
  ChannelHost(const Environment& environment, ChannelHub& hub) : environment_(environment), hub_(hub) {}

  // The channels are listened to from `marker` on, which goes to the desk when the listener hears it.
  void listen(std::size_t from, const protocol::Channels& channels, std::string_view marker);
  void unlisten(std::size_t from, const protocol::Channels& channels);
  // Connects anew where it is at this address.
  void leave(const std::string& address);

  // The connection is made anew, as after a loss.
  void reconnect();
  // Null where there is none.
  [[nodiscard]] const server::ServerConnection* server() const { return listener_ ? listener_->server() : nullptr; }

 private:
  void on_listening() override;
  void on_notification(const protocol::Notification& notification, protocol::Bytes frame) override;
  void on_listener_lost(const std::string& why) override;

  void start();
  void end();
  void tell_all(ChannelHub::News news);
  [[nodiscard]] protocol::Channels channels() const;

  static constexpr auto kRetryAfter = std::chrono::seconds(1);

  const Environment environment_;
  ChannelHub& hub_;
  std::map<std::string, std::map<std::size_t, std::size_t>, std::less<>> wanted_;  // by channel: desks, how often
  std::unique_ptr<server::ChannelListener> listener_;
  bool is_to_return_ = false;  // it was lost, and those who listen are to be told when it is back
  worker::MethodTimer<ChannelHost, &ChannelHost::start> retry_timer_{*this};
};

}  // namespace howdah::pool
