// The backend in memory: log-ins that succeed at once or when the test says so, scripted servers behind them,
// and cancels that arrive and end at once or when the test says so.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/server/backend_connector.h"
#include "tests/support/play/fake_stream.h"
#include "tests/support/play/manual_loop.h"
#include "tests/support/play/scripted_server.h"

namespace howdah::tests {

// One connection that howdah has to the backend.
class FakeServer {
 public:
  FakeServer(std::shared_ptr<FakeSocket> socket, std::int32_t process_id, ManualLoop& loop)
      : socket_(std::move(socket)), process_id_(process_id), loop_(&loop) {}

  [[nodiscard]] ScriptedServer& script() { return script_; }
  [[nodiscard]] FakeSocket& socket() { return *socket_; }
  [[nodiscard]] std::int32_t process_id() const { return process_id_; }
  // On which howdah's end is, or was last.
  [[nodiscard]] ManualLoop& loop() const { return *loop_; }
  // Howdah has closed it, or the server has and howdah knows.
  [[nodiscard]] bool is_gone() const { return !socket_->has_stream(); }

  // Moves so many bytes into the server and out of it; whether there were any.
  bool take_requests(std::size_t most = FakeSocket::kAll);
  bool give_replies(std::size_t most = FakeSocket::kAll);

  [[nodiscard]] bool has_cancel() const { return cancel_handler_ != nullptr; }
  [[nodiscard]] bool has_cancel_arrived() const { return has_cancel_arrived_; }
  // The CancelRequest reaches the backend: what it hit.
  std::string cancel_arrives();
  // The backend has closed the cancel connection. In a turn.
  void cancel_ends();
  [[nodiscard]] int cancel_count() const { return cancel_count_; }
  // For messages of failed tests.
  [[nodiscard]] std::string describe() const;

 private:
  class Ticket;
  friend class FakeBackend;

  std::shared_ptr<FakeSocket> socket_;
  ScriptedServer script_;
  const std::int32_t process_id_;
  ManualLoop* loop_;
  server::CancelHandler* cancel_handler_ = nullptr;
  bool has_cancel_arrived_ = false;
  bool has_told_end_ = false;
  int cancel_count_ = 0;
};

class FakeBackend final : public server::BackendConnector {
 public:
  explicit FakeBackend(ManualLoop& loop) : loop_(loop) {}

  [[nodiscard]] std::unique_ptr<server::PendingLogin> start(const server::BackendTarget& target,
                                                            config::Milliseconds timeout,
                                                            server::LoginHandler& handler) override;
  void take_over(io::Stream& stream, server::CancelTicket& cancel) override;

  // Log-ins under way; each ends by one of the following two, in a turn of its own.
  [[nodiscard]] std::size_t login_count() const { return logins_.size(); }
  FakeServer& complete_login(std::size_t place = 0);
  void fail_login(const protocol::ErrorFields& error, std::size_t place = 0);

  // In the order of their log-ins; those that are gone too.
  [[nodiscard]] const std::vector<std::shared_ptr<FakeServer>>& servers() const { return servers_; }
  // Connections and log-ins that howdah has now.
  [[nodiscard]] std::size_t connection_count() const;
  [[nodiscard]] const server::BackendTarget& last_target() const { return last_target_; }

 private:
  class Login;

  ManualLoop& loop_;
  std::vector<Login*> logins_;
  std::vector<std::shared_ptr<FakeServer>> servers_;
  server::BackendTarget last_target_;
};

}  // namespace howdah::tests
