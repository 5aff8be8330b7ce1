// The whole daemon as an object: built from checked settings, started, drained, stopped. It installs no
// signal handler and writes nothing but to the log that it is given, so that it can be embedded. `run` is the
// thread of its worker.
#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/configuration.h"
#include "config/settings.h"
#include "daemon/io/inherited_listeners.h"
#include "daemon/os/log.h"
#include "daemon/progress.h"
#include "daemon/takeover/inheritance.h"

struct event_base;

namespace howdah::admin {
class Actions;
}
namespace howdah::stats {
class Gatherer;
}

namespace howdah {

class App {
 public:
  // `settings` must have been checked. The log must outlive the app.
  App(std::shared_ptr<const config::Settings> settings, os::Log& log);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // Sockets that were there before us, for the addresses that `listen` names. Before start().
  void use_listeners(io::InheritedListeners inherited);

  // All that the process before has comes to this one: it serves once that one says so. Before start().
  void take_over(takeover::Inheritance inheritance);
  // Called from run(), before `on_place_given`s process hears of it: it has all clients of ours that could go, and the
  // others have been told to. Then run() returns. Before start().
  void on_place_given(std::function<void(int process_id)> tell);
  // Called from run(): take_over() is over. Before start().
  void on_place_taken(std::function<void()> tell);
  // run() has ended because the process before goes on instead.
  [[nodiscard]] bool was_refused() const;

  // Opens the listeners and the stats port and starts the first log-ins to the backends; or says what could
  // not be done, and then nothing is open.
  [[nodiscard]] std::expected<void, std::string> start();
  // Called once, from run(), when the first connections have been made, or one has failed.
  void on_ready(std::function<void()> ready);
  // Called from run() each second, and when a drain begins. Before start().
  void on_progress(std::function<void(const Progress&)> tell);
  // Called from run() so often as long as the loops of all workers turn: each must have answered since the last time.
  // The log tells of one that has not. Before start().
  void watch_loops(std::chrono::microseconds interval, std::function<void()> all_turn);

  // Serves until stop(), or until a drain is over.
  void run();

  // Not ready from now on; after drain.delay no new clients, idle ones are told 57P01, at most drain.rate in a second,
  // the others when their transaction ends; shutdown_timeout later all are, and run() returns. Any thread; it is begun
  // in the next turn of the worker.
  void drain();
  // Every client is told 57P01 now, and run() returns. Any thread, as drain().
  void stop();
  // Where a reload gets the configuration from; without it there is only the one that the app was made with. Both are
  // called on threads where they may block, `read` one at a time.
  struct ConfigurationSource {
    std::function<std::expected<config::Settings, std::vector<config::Problem>>()> read;
    // A file that has changed since `read` was called last, for the option reload_interval; nothing: none.
    std::function<std::optional<std::string>()> find_change = {};
  };
  // Before start().
  void set_configuration_source(ConfigurationSource source);
  // Reads the configuration and the files of client.tls again. What can change while running does, or nothing where
  // there is any mistake in them; the log says what. `done` is called from run() when it is over. Any thread.
  void reload(std::function<void()> done = {});
  // Those that hold now. Any thread.
  [[nodiscard]] std::shared_ptr<const config::Settings> settings() const;
  // The worker's thread.
  [[nodiscard]] bool is_draining() const;

  // Where it listens, as "127.0.0.1:6432" or "unix:/run/howdah/.s.PGSQL.6432"; a reload may change it. At the end
  // where it did. Any thread.
  [[nodiscard]] std::vector<std::string> addresses() const;
  // As the option `workers` says, counted where that is auto.
  [[nodiscard]] std::size_t worker_count() const;
  // What the console asks and orders, for a program around us. Any thread while run() runs.
  [[nodiscard]] stats::Gatherer& gatherer();
  [[nodiscard]] admin::Actions& actions();
  // The loop of the worker that runs in run(), for the signal events of a program around us.
  [[nodiscard]] event_base* loop() const;

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace howdah
