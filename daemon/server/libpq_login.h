// One log-in by libpq under way. The loop waits for its socket; each step of libpq's is done on another thread, because
// it may read files (passfile, service, certificates), look into a Kerberos cache or derive SCRAM keys for as long as
// the backend likes.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/io/stream.h"
#include "daemon/server/backend_connector.h"
#include "daemon/server/libpq_connection.h"
#include "daemon/server/libpq_target.h"
#include "daemon/worker/fair_offload.h"
#include "daemon/worker/offload.h"
#include "daemon/worker/worker.h"

namespace howdah::server {

class LibpqLogin final : public PendingLogin, private io::StreamHandler {
 public:
  LibpqLogin(worker::Worker& worker, worker::Offload& look_ups, worker::FairOffload& steps,
             worker::FairOffload& cancels, const BackendTarget& target, config::Milliseconds timeout,
             LoginHandler& handler);
  ~LibpqLogin() override;

 private:
  enum class State { LookingUp, Connecting, InStep, Done };
  // What the steps have in hand, one at a time, on whichever thread; the last who lets go of it ends the connection.
  struct Hand;
  struct StepResult;
  using Step = std::function<StepResult(Hand&)>;

  // The Sync of our own that shows that libpq has left no byte unread.
  [[nodiscard]] std::size_t on_bytes(protocol::Bytes bytes) override;
  void on_drained() override {}
  void on_end(io::StreamEnd end) override;

  void begin();
  void do_step(Step step);
  void on_step(const StepResult& result);
  void watch(int fd, short what);
  void on_ready(bool is_to_read);
  void take_over();
  void succeed();
  void fail(protocol::ErrorFields error);
  void on_time_up();
  void tell();

  worker::Worker& worker_;
  worker::Offload& look_ups_;
  worker::FairOffload& steps_;
  worker::FairOffload& cancels_;
  const BackendTarget target_;
  LoginHandler& handler_;
  State state_ = State::LookingUp;
  std::shared_ptr<LibpqLogin*> ticket_;  // what a look-up on another thread holds on to
  std::shared_ptr<Hand> hand_;
  worker::EventPointer event_;
  std::unique_ptr<io::Stream> stream_;
  std::optional<LoggedIn> logged_in_;
  protocol::ErrorFields error_;
  worker::MethodDeferred<LibpqLogin, &LibpqLogin::begin> begin_work_{*this};
  worker::MethodDeferred<LibpqLogin, &LibpqLogin::tell> tell_work_{*this};
  worker::MethodTimer<LibpqLogin, &LibpqLogin::on_time_up> timer_{*this};
};

}  // namespace howdah::server
