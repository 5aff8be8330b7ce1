// Howdah as a program of its own: the app, the signals that drain and stop it, and word to systemd.
// Foreground; the thread that calls run() is the worker's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/app.h"
#include "daemon/os/service_notifier.h"
#include "daemon/os/signals.h"
#include "daemon/os/successor.h"
#include "daemon/takeover/inheritance.h"

namespace howdah {

class Service final : private os::SignalHandler {
 public:
  // `settings` must have been checked. The log must outlive this.
  struct Start {
    App::ConfigurationSource source;                        // for reloads
    io::InheritedListeners inherited;                       // sockets that are there already
    std::optional<takeover::Inheritance> inheritance = {};  // of the process whose place this one takes
    std::vector<std::string> arguments = {};                // of the command line, for the process after this one
  };
  Service(std::shared_ptr<const config::Settings> settings, os::Log& log, Start start);

  // Serves until SIGTERM or SIGINT, or until another process has its place. SIGUSR2 starts one, of what lies at the
  // program's path by then. False: it could not start, and the log says why.
  [[nodiscard]] bool run();

 private:
  void on_signal(os::Signal signal) override;
  void on_terminate();
  void tell_supervisor();
  void tell(const Progress& progress);
  void reload();
  void start_successor();
  void log_start();
  void log_open_files();
  [[nodiscard]] std::string where() const;

  std::shared_ptr<const config::Settings> settings_;
  os::Log& log_;
  const std::uint64_t open_files_limit_;  // raised before the app opens its first
  os::ServiceNotifier notifier_;
  App app_;
  os::Signals signals_;
  os::Successor successor_;
  std::vector<std::string> arguments_;
  bool was_told_to_end_ = false;
  std::string told_;  // last, of the progress
};

}  // namespace howdah
