// A connection to a backend, outside of any pool, that listens for all sessions of a database. It logs in by itself,
// runs commands in the order in which they come, and tells of each notification. Owned by the pool part that hosts
// it; one worker's thread. (PostgreSQL documentation: "LISTEN", "NOTIFY")
#pragma once

#include <memory>
#include <string>

#include "daemon/server/backend_connector.h"
#include "daemon/server/server_connection.h"
#include "daemon/server/tenant.h"
#include "daemon/worker/agenda.h"
#include "protocol/notification.h"

namespace howdah::server {

class ChannelListenerOwner {
 public:
  // It is logged in, and has run what it was told to run before that.
  virtual void on_listening() = 0;
  // `frame`: the whole message; both die when this returns.
  virtual void on_notification(const protocol::Notification& notification, protocol::Bytes frame) = 0;
  // It could not log in, or is lost; it may be buried now, not destroyed.
  virtual void on_listener_lost(const std::string& why) = 0;

 protected:
  ~ChannelListenerOwner() = default;
};

class ChannelListener final : private LoginHandler, private ServerOwner, private OwnTenant {
 public:
  struct Environment {
    worker::Agenda& agenda;
    BackendConnector& connector;
    const BackendTarget& target;
    config::Milliseconds connect_timeout;
    ServerId id;
  };
  ChannelListener(const Environment& environment, ChannelListenerOwner& owner);
  ~ChannelListener();

  // SQL commands that are one transaction.
  void run(std::string_view commands);
  // Null before it has logged in.
  [[nodiscard]] const ServerConnection* server() const { return server_.get(); }

 private:
  void on_login(std::expected<LoggedIn, protocol::ErrorFields> result) override;
  void on_server_closed(ServerConnection& server, std::string_view reason) override;
  void on_server_gone(ServerConnection& /*server*/) override {}
  void on_notification(protocol::Bytes frame) override;
  void on_progress() override;
  void on_server_lost(bool /*was_told*/) override {}

  void send(std::string_view commands);
  void lose(const std::string& why);

  Environment environment_;
  ChannelListenerOwner& owner_;
  std::unique_ptr<PendingLogin> login_;
  std::unique_ptr<ServerConnection> server_;
  std::string waiting_;  // commands, until it has logged in
  bool is_listening_ = false;
  bool is_lost_ = false;
};

}  // namespace howdah::server
