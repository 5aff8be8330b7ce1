// One client of the simulation: asks, leaves, and holds every byte it hears against what PostgreSQL would
// have said to it alone. Once an error that the weather allows has come between, it holds tags and the number
// of ReadyForQuery against what it asked, until all is answered.
#pragma once

#include <string>

#include "tests/daemon/simulation/request_mix.h"
#include "tests/support/play/play.h"

namespace howdah::tests {

// What may happen in one run beside requests and answers.
struct Weather {
  bool kills_servers = false;
  bool fails_logins = false;
  bool cancels = false;
  bool is_slow = false;
  bool jumps_clock = false;
  bool vanishes = false;
  bool drains = false;

  [[nodiscard]] bool is_calm() const { return !kills_servers && !fails_logins && !cancels && !jumps_clock && !drains; }
};

class SimulatedClient {
 public:
  SimulatedClient(int number, Play& play, Dice& dice, const Weather& weather, int unit_count);

  // One random step of its own: connects, asks, sends a piece, hears a piece, cancels, leaves.
  void act();
  // One step towards its end; whether there was anything to do.
  bool settle();
  // Goes, if all that it asked is answered. Whether it does.
  bool leave_politely();

  [[nodiscard]] bool is_over() const { return is_over_; }
  [[nodiscard]] bool may_be_cancelled() const { return has_cancelled_ || has_gone_; }
  [[nodiscard]] Client* connection() { return connection_; }
  [[nodiscard]] const std::string& application_name() const { return application_name_; }
  [[nodiscard]] std::string describe() const;

 private:
  void connect();
  void ask();
  void send(std::size_t most);
  void hear(std::size_t most);
  void on_frame(char type, protocol::Bytes body);
  void on_welcome_frame(char type, protocol::Bytes body);
  void on_unexpected(char type, protocol::Bytes body, const std::string& frame);
  void count_frame(char type, protocol::Bytes body);
  void on_closed();
  void vanish();
  [[nodiscard]] bool is_waiting_for_answers() const;
  void require(bool holds, const std::string& promise) const;

  const int number_;
  Play& play_;
  Dice& dice_;
  const Weather weather_;
  Client* connection_ = nullptr;
  RequestMix mix_;
  ScriptedServer reference_;
  int units_left_;
  std::string to_send_;
  std::string asked_;  // for messages of failed tests
  std::string expected_;
  std::string received_;
  int ready_due_ = 0;
  int ready_seen_ = 0;
  bool is_welcome_ = false;
  bool is_strict_ = true;
  bool is_countable_ = true;
  bool has_left_state_ = false;
  std::string application_name_;  // from its startup packet, of which the reference does not know
  bool has_cancelled_ = false;
  bool has_said_goodbye_ = false;  // and wants to hear all answers
  bool has_gone_ = false;          // and hears nothing more
  bool has_heard_fatal_ = false;
  bool is_over_ = false;
};

}  // namespace howdah::tests
