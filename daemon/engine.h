// What App holds together: the workers, who listens for them, and the stats port on a thread of its own. The first
// worker, that of App::run(), also listens and ends the others. (daemon/ARCHITECTURE.md)
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "daemon/app.h"
#include "daemon/backend_passwords.h"
#include "daemon/cancel/peer_forwarder.h"
#include "daemon/client_traces.h"
#include "daemon/commons.h"
#include "daemon/console_actions.h"
#include "daemon/doors.h"
#include "daemon/engine_watch.h"
#include "daemon/io/listener.h"
#include "daemon/live_configuration.h"
#include "daemon/serving_worker.h"
#include "daemon/stats/periods.h"
#include "daemon/stats_door.h"
#include "daemon/succession.h"
#include "daemon/tls_files.h"

namespace howdah {

class App::Engine final : private stats::Gatherer, private io::AcceptHandler {
 public:
  Engine(std::shared_ptr<const config::Settings> settings, os::Log& log);
  ~Engine();

  [[nodiscard]] std::expected<void, std::string> start();
  void on_ready(std::function<void()> ready) { ready_ = std::move(ready); }
  void run();
  void drain();
  void stop();
  void set_configuration_source(ConfigurationSource source) { configuration_.set_source(std::move(source)); }
  void reload(std::function<void()> done);
  void use_listeners(io::InheritedListeners inherited) { inherited_ = std::move(inherited); }
  void take_over(takeover::Inheritance inheritance);
  void on_place_given(std::function<void(int process_id)> tell) { place_given_ = std::move(tell); }
  void on_place_taken(std::function<void()> tell) { place_taken_ = std::move(tell); }
  [[nodiscard]] bool was_refused() const { return was_refused_; }
  [[nodiscard]] EngineWatch& watch() { return watch_; }
  [[nodiscard]] std::shared_ptr<const config::Settings> settings() const { return commons_.live.current(); }
  [[nodiscard]] bool is_draining() const { return phase_ == Phase::Closing || phase_ == Phase::Draining; }
  [[nodiscard]] std::vector<std::string> addresses() const { return doors_.names(); }
  [[nodiscard]] std::size_t worker_count() const { return workers_.size(); }
  [[nodiscard]] event_base* loop() const { return home().loop(); }
  [[nodiscard]] stats::Gatherer& gatherer() { return *this; }
  [[nodiscard]] admin::Actions& actions() { return actions_; }

 private:
  // Closing: no new clients, and the end once those that are there have left by themselves. HandingOver: another
  // process serves, and gets those that are here.
  enum class Phase { Starting, Serving, Closing, HandingOver, Draining, Stopped };

  [[nodiscard]] worker::Worker& home() const { return *workers_.front(); }
  [[nodiscard]] std::expected<void, std::string> open_doors();
  [[nodiscard]] std::expected<void, std::string> open_stats_door();
  void arm_period_timer();
  void end_period();
  void shut_down(admin::Order::Shutdown way);
  void begin_closing();
  // With the options `drain`, or at once.
  void begin_drain(config::DrainSettings way);
  void close_doors();
  void finish();
  // On each worker's own thread.
  template <typename Task>
  void tell_all(const Task& task);
  void on_accept(io::UniqueFd fd, io::PeerAddress peer) override;
  void gather(worker::Mailbox& asker, stats::Gathering::Done done) override;
  void gather_pools(worker::Mailbox& asker, stats::Gathering::Done done) override;
  void gather(stats::Detail detail, worker::Mailbox& asker, stats::Gathering::Done done);
  [[nodiscard]] stats::Snapshot frame_of_figures();
  void observe_load();
  [[nodiscard]] cancel::PeerForwarder::Environment forwarding();
  void watch_start();
  void begin_serving();
  [[nodiscard]] Succession::Environment succession_environment();
  void begin_handing_over();
  void take_place_back();
  void watch_drain();
  void on_drain_over();

  Commons commons_;
  TlsFiles tls_files_{commons_.live, commons_.tls, commons_.log};
  std::vector<std::unique_ptr<worker::Worker>> workers_;
  cancel::PeerForwarder forwarder_{forwarding()};           // outlives the threads that it has look up names
  BackendPasswords backend_passwords_{commons_, threads_};  // outlives the threads that it has work done on
  ClientTraces traces_{commons_, threads_, serving_};       // likewise
  StatsDoor stats_door_;                                    // likewise
  Doors doors_;
  LiveConfiguration configuration_;  // outlives them, too
  ConsoleActions actions_;
  OffloadThreads threads_{commons_.settings, commons_.log};
  std::vector<std::unique_ptr<ServingWorker>> serving_;  // one for each worker
  io::InheritedListeners inherited_;
  Succession succession_{succession_environment()};
  std::function<void(int process_id)> place_given_;
  std::function<void()> place_taken_;
  bool was_refused_ = false;

  EngineWatch watch_;
  std::shared_ptr<stats::Adviser> adviser_;
  worker::MethodTimer<Engine, &Engine::observe_load> load_timer_{*this};
  const stats::WallTime started_at_ = std::chrono::system_clock::now();
  stats::Periods periods_;
  std::function<void()> ready_;
  std::atomic<Phase> phase_ = Phase::Starting;
  worker::MethodDeferred<Engine, &Engine::watch_start> start_work_{*this};
  worker::MethodTimer<Engine, &Engine::watch_start> start_timer_{*this};
  worker::MethodTimer<Engine, &Engine::end_period> period_timer_{*this};
  worker::MethodTimer<Engine, &Engine::watch_drain> drain_timer_{*this};
  worker::MethodTimer<Engine, &Engine::on_drain_over> drain_limit_{*this};
  worker::MethodTimer<Engine, &Engine::close_doors> drain_delay_{*this};
  std::mutex drain_mutex_;
  std::optional<stats::Drain> drain_;  // changed by the home worker, under drain_mutex_
};

}  // namespace howdah
