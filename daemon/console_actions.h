// Carries out what an administrator orders: on the ledgers, which all workers share, and by letters to the workers.
// Orders come from any thread and are carried out on the home worker's, one at a time; those that wait are looked at
// again and again until what they wait for has come about.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "daemon/admin/actions.h"
#include "daemon/commons.h"
#include "daemon/live_configuration.h"
#include "daemon/serving_worker.h"
#include "daemon/worker/worker.h"

namespace howdah {

class ConsoleActions final : public admin::Actions {
 public:
  // All of it outlives this.
  struct Environment {
    Commons& commons;
    worker::Worker& home;
    const std::vector<std::unique_ptr<ServingWorker>>& serving;
    LiveConfiguration& configuration;
    admin::TraceActions& traces;
    std::function<void(admin::Order::Shutdown)> shut_down;
  };
  explicit ConsoleActions(Environment environment) : environment_(std::move(environment)) {}

  void carry_out(admin::Order order, std::shared_ptr<admin::Ticket> ticket, worker::Mailbox& asker, Done done) override;

 private:
  using Order = admin::Order;
  using Outcome = admin::Outcome;
  // Of one order.
  struct Request {
    Order order;
    std::shared_ptr<admin::Ticket> ticket;
    worker::Mailbox* asker = nullptr;  // null: nobody
    Done done = {};
  };
  struct Wait {
    Request request;
    std::function<bool()> is_over;
    std::function<Outcome()> outcome;
  };

  void begin(Request request);
  static void answer(Request& request, Outcome outcome);
  [[nodiscard]] static Done answerer(Request request);
  void wait(Request request, std::function<bool()> is_over, std::function<Outcome()> outcome = {});
  void look();
  [[nodiscard]] bool is_done_with(Wait& wait);
  [[nodiscard]] bool is_known(const std::string& database) const;

  void pause(Request request);
  void resume(Request request);
  void kill(Request request);
  void kill_client(Request request);
  void trace(Request request);

  Environment environment_;
  std::vector<Wait> waits_;
  worker::MethodTimer<ConsoleActions, &ConsoleActions::look> look_timer_{*this};
};

}  // namespace howdah
