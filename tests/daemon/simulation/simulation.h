// Many clients, a pool that one or several workers share, and scripted servers, moved in an order and in portions that
// one seed decides: each worker has its turns and reads its letters when it comes to them. It throws where a promise of
// the pooler is broken; what holds between any two turns is checked by Play.
#pragma once

#include <deque>
#include <map>

#include "tests/daemon/simulation/simulated_client.h"

namespace howdah::tests {

class Simulation {
 public:
  explicit Simulation(std::uint64_t seed, int workers = 1);

  void run();

 private:
  [[nodiscard]] static config::Settings settings_of(int workers, Dice& dice, Weather& weather);
  [[nodiscard]] bool is_alone() { return play_.workers().size() == 1; }  // the one worker
  [[nodiscard]] PlayWorker& any_worker();
  void step();
  void move_client();
  void move_server();
  void move_backend();
  void cancel_on(FakeServer& server);
  void watch(FakeServer& server);
  void on_text(FakeServer& server, const std::string& text);
  void begin_drain();
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
  struct Seen {
    int last_client = 0;
    bool has_begun = false;  // its last text was a BEGIN outside of a transaction
  };
  std::map<const FakeServer*, Seen> seen_;
  bool is_draining_ = false;
};

}  // namespace howdah::tests
