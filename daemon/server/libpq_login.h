// One log-in by libpq under way.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "daemon/io/stream.h"
#include "daemon/server/backend_connector.h"
#include "daemon/server/libpq_connection.h"
#include "daemon/server/libpq_target.h"
#include "daemon/worker/offload.h"
#include "daemon/worker/worker.h"

namespace howdah::server {

class LibpqLogin final : public PendingLogin, private io::StreamHandler {
 public:
  LibpqLogin(worker::Worker& worker, worker::Offload& look_ups, worker::Offload& cancels, const BackendTarget& target,
             config::Milliseconds timeout, LoginHandler& handler);
  ~LibpqLogin() override;

 private:
  enum class State { LookingUp, Connecting, InStep, Done };

  // The Sync of our own that shows that libpq has left no byte unread.
  [[nodiscard]] std::size_t on_bytes(protocol::Bytes bytes) override;
  void on_drained() override {}
  void on_end(io::StreamEnd end) override;

  void begin();
  void look_up(const ConnectionKeywords& keywords);
  void connect(const ConnectionKeywords& keywords);
  void poll();
  void watch(short what);
  void take_over();
  void succeed();
  void fail(protocol::ErrorFields error);
  void on_time_up();
  void tell();

  worker::Worker& worker_;
  worker::Offload& look_ups_;
  worker::Offload& cancels_;
  const BackendTarget target_;
  LoginHandler& handler_;
  State state_ = State::LookingUp;
  std::shared_ptr<LibpqLogin*> ticket_;  // what a look-up on another thread holds on to
  ConnectionPointer connection_;
  worker::EventPointer event_;
  std::unique_ptr<io::Stream> stream_;
  std::optional<LoggedIn> logged_in_;
  protocol::ErrorFields error_;
  worker::MethodDeferred<LibpqLogin, &LibpqLogin::begin> begin_work_{*this};
  worker::MethodDeferred<LibpqLogin, &LibpqLogin::tell> tell_work_{*this};
  worker::MethodTimer<LibpqLogin, &LibpqLogin::on_time_up> timer_{*this};
};

}  // namespace howdah::server
