// Processes that take each other's place: this one that of the howdah before it, and later a new one the place of this.
// (takeover/messages.h) The first worker's thread.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/commons.h"
#include "daemon/doors.h"
#include "daemon/serving_worker.h"
#include "daemon/takeover/control_socket.h"
#include "daemon/takeover/giver.h"
#include "daemon/takeover/inheritance.h"
#include "daemon/takeover/taker.h"

namespace howdah {

class Succession final : private takeover::GiverOwner, private takeover::TakerOwner {
 public:
  struct Environment {
    worker::Worker& home;
    Commons& commons;
    std::vector<std::unique_ptr<ServingWorker>>& serving;
    Doors& doors;
    // This process can begin to serve, since the one before does no longer.
    std::function<void()> on_may_serve;
    // All that the one before had is here.
    std::function<void()> on_place_taken;
    // The one before goes on instead.
    std::function<void()> on_refused;
    // Why this one does not give its place now; empty where it does.
    std::function<std::string()> why_not_given;
    // The next one serves from now on.
    std::function<void()> on_giving;
    // It has all that it could get, and is told so next.
    std::function<void(int process_id)> on_place_given;
    // It has died: this one goes on as before.
    std::function<void()> on_taken_back;
    // Nobody is left here; or those who are must go.
    std::function<void()> on_given;
    std::function<void()> on_broken_off;
  };

  explicit Succession(Environment environment) : environment_(std::move(environment)) {}

  // Before any pool is made: all waits until on_may_serve.
  void take(takeover::Inheritance inheritance);
  [[nodiscard]] bool is_taking() const { return taker_ && !may_serve_; }
  void tell_ready() { taker_->tell_ready(); }
  // Where the next process asks, as the option takeover.socket says.
  [[nodiscard]] std::expected<void, std::string> open_socket();

 private:
  [[nodiscard]] std::string why_not_given(const takeover::Giver& giver) const override;
  void on_asked(io::UniqueFd socket);
  void on_giving() override;
  void on_taken_back() override;
  void on_place_given(int process_id) override { environment_.on_place_given(process_id); }
  void on_given() override { environment_.on_given(); }
  void on_broken_off() override { environment_.on_broken_off(); }
  void on_may_serve() override;
  void on_taken_over() override;
  void on_refused() override { environment_.on_refused(); }

  const Environment environment_;
  std::unique_ptr<takeover::ControlSocket> socket_;
  std::unique_ptr<takeover::Taker> taker_;
  std::vector<io::UniqueFd> waiting_;                     // of processes that ask while this one is still taking
  std::vector<std::unique_ptr<takeover::Giver>> givers_;  // one for each that asked, of which one is offered the place
  bool may_serve_ = false;
};

}  // namespace howdah
