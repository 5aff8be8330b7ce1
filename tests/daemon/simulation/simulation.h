// Many clients, a pool and scripted servers, moved in an order and in portions that one seed decides.
// It throws where a promise of the pooler is broken.
#pragma once

#include <deque>
#include <map>

#include "tests/daemon/simulation/simulated_client.h"

namespace howdah::tests {

class Simulation {
 public:
  explicit Simulation(std::uint64_t seed);

  void run();

 private:
  [[nodiscard]] static config::Settings settings_of(Dice& dice, Weather& weather);
  void step();
  void move_client();
  void move_server();
  void move_backend();
  void cancel_on(FakeServer& server);
  void watch_new_servers();
  void on_text(std::size_t server, const std::string& text);
  void settle();
  bool settle_step();
  bool settle_servers();
  void let_clients_go();
  void check_end();
  [[nodiscard]] std::string describe();

  Dice dice_;
  Weather weather_;
  Play play_;
  std::deque<SimulatedClient> clients_;
  std::map<std::size_t, int> last_clients_;  // of each server
  std::map<std::size_t, bool> has_begun_;    // its last text was a BEGIN outside of a transaction
};

}  // namespace howdah::tests
