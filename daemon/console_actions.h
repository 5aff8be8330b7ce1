// Carries out what an administrator orders: on the ledgers, which all workers share, and by letters to the workers.
// Orders come from any thread and are carried out on the home worker's, one at a time; those that wait are looked at
// again and again until what they wait for has come about.
#pragma once

#include <deque>
#include <expected>
#include <functional>
#include <memory>
#include <vector>

#include "daemon/admin/actions.h"
#include "daemon/app.h"
#include "daemon/commons.h"
#include "daemon/serving_worker.h"
#include "daemon/tls_files.h"
#include "daemon/worker/worker.h"

namespace howdah {

class ConsoleActions final : public admin::Actions {
 public:
  // All of it outlives this, but for the threads: those end before.
  struct Environment {
    Commons& commons;
    worker::Worker& home;
    const std::vector<std::unique_ptr<ServingWorker>>& serving;
    OffloadThreads& threads;
    TlsFiles& tls_files;
    admin::TraceActions& traces;
    std::function<void(admin::Order::Shutdown)> shut_down;
    std::function<void()> on_adopted;  // other settings hold
  };
  explicit ConsoleActions(Environment environment) : environment_(std::move(environment)) {}

  // Before the start.
  void set_configuration_source(App::ConfigurationSource source) { source_ = std::move(source); }
  void carry_out(admin::Order order, std::shared_ptr<admin::Ticket> ticket, worker::Mailbox& asker, Done done) override;
  // As the order, with the log for who asks; `done`, if any, on the home worker's thread. Any thread.
  void reload(std::function<void()> done);
  // So that the first log-in of a user takes no longer than the next one, nor than that of a user who does not exist.
  void derive_keys();

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

  struct Wanted {
    std::shared_ptr<const config::Settings> settings;
    io::TlsContextPointer tls;
  };
  using Read = std::expected<Wanted, Outcome>;

  void begin(Request request);
  static void answer(Request& request, Outcome outcome);
  void wait(Request request, std::function<bool()> is_over, std::function<Outcome()> outcome = {});
  void look();
  [[nodiscard]] bool is_done_with(Wait& wait);
  [[nodiscard]] bool is_known(const std::string& database) const;

  void pause(Request request);
  void resume(Request request);
  void kill(Request request);
  void kill_client(Request request);
  void set(Request request);
  void trace(Request request);
  void read_again(Request request);
  void begin_reload();
  [[nodiscard]] Read read_configuration();
  void end_reload(const Read& read);
  [[nodiscard]] Outcome take_configuration(const Wanted& wanted);
  // From now on these hold, on all workers.
  void adopt(config::Settings changed, bool has_other_entries);

  Environment environment_;
  App::ConfigurationSource source_;
  std::shared_ptr<const auth::SecretStore> secrets_ = environment_.commons.secrets;  // of the settings that hold
  std::deque<Request> reloads_;                                                      // the first one is under way
  std::vector<Wait> waits_;
  worker::MethodTimer<ConsoleActions, &ConsoleActions::look> look_timer_{*this};
};

}  // namespace howdah
