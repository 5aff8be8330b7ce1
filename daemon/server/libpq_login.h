// One log-in by libpq under way. The loop waits for its socket; each step of libpq's is done on another thread, because
// it may read files (passfile, service, certificates), look into a Kerberos cache or derive SCRAM keys for as long as
// the backend likes.
//
// libpq waits for a host for as long as its connection is there; so each of several hosts gets its share of the time,
// and one that has let it pass is left out while the log-in begins anew with the others.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/io/stream.h"
#include "daemon/server/backend_connector.h"
#include "daemon/server/libpq_connection.h"
#include "daemon/server/libpq_target.h"
#include "daemon/server/silent_hosts.h"
#include "daemon/worker/fair_offload.h"
#include "daemon/worker/offload.h"
#include "daemon/worker/worker.h"

namespace howdah::server {

class LibpqLogin final : public PendingLogin, private io::StreamHandler {
 public:
  LibpqLogin(worker::Worker& worker, worker::Offload& look_ups, worker::FairOffload& steps,
             worker::FairOffload& cancels, SilentHosts& silent_hosts, const BackendTarget& target,
             config::Milliseconds timeout, LoginHandler& handler);
  ~LibpqLogin() override;

 private:
  enum class State { LookingUp, Connecting, InStep, Done };
  // What the steps have in hand, one at a time, on whichever thread; the last who lets go of it ends the connection.
  struct Hand;
  enum class Next { WaitToRead, WaitToWrite, TakeOver, Fail };
  struct StepResult;
  using Step = std::function<StepResult(Hand&)>;

  // The Sync of our own that shows that libpq has left no byte unread.
  [[nodiscard]] std::size_t on_bytes(protocol::Bytes bytes) override;
  void on_drained() override {}
  void on_end(io::StreamEnd end) override;

  static StepResult begin_connection(Hand& hand);
  static StepResult waiting(Next next, const Hand& hand);

  void begin();
  void do_step(Step step);
  void on_step(const StepResult& result);
  void watch(int fd, short what);
  void note_place(const std::string& place, std::size_t hosts);
  void on_host_time_up();
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
  const config::Milliseconds timeout_;
  SilentHosts& silent_hosts_;
  LoginHandler& handler_;
  State state_ = State::LookingUp;
  std::shared_ptr<LibpqLogin*> ticket_;  // what a look-up on another thread holds on to
  std::shared_ptr<Hand> hand_;
  worker::EventPointer event_;
  std::unique_ptr<io::Stream> stream_;
  std::optional<LoggedIn> logged_in_;
  std::string place_;  // that is tried now, where there are others
  protocol::ErrorFields error_;
  worker::MethodDeferred<LibpqLogin, &LibpqLogin::begin> begin_work_{*this};
  worker::MethodDeferred<LibpqLogin, &LibpqLogin::tell> tell_work_{*this};
  worker::MethodTimer<LibpqLogin, &LibpqLogin::on_time_up> timer_{*this};
  worker::MethodTimer<LibpqLogin, &LibpqLogin::on_host_time_up> host_timer_{*this};
};

}  // namespace howdah::server
