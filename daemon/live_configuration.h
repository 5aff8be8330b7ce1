// What the configuration becomes while we run: SET changes one option, and a reload all that can change, or nothing
// where there is any mistake. Asked for by an administrator, by a signal, or because the files have changed. Reading,
// looking names up and whatever else may block is done on other threads; what can fail is done before anything changes.
// The home worker's thread.
#pragma once

#include <deque>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/live_changes.h"
#include "daemon/admin/actions.h"
#include "daemon/app.h"
#include "daemon/commons.h"
#include "daemon/doors.h"
#include "daemon/serving_worker.h"
#include "daemon/stats_door.h"
#include "daemon/tls_files.h"
#include "daemon/worker/worker.h"

namespace howdah {

class LiveConfiguration {
 public:
  using Outcome = admin::Outcome;
  using Done = std::move_only_function<void(Outcome)>;
  // All of it outlives this, but for the threads: those end before.
  struct Environment {
    Commons& commons;
    worker::Worker& home;
    const std::vector<std::unique_ptr<ServingWorker>>& serving;
    OffloadThreads& threads;
    TlsFiles& tls_files;
    Doors& doors;
    StatsDoor& stats_door;
  };
  explicit LiveConfiguration(const Environment& environment) : environment_(environment) {}

  // Before the start.
  void set_source(App::ConfigurationSource source) { source_ = std::move(source); }
  // Keys are derived, so that the first log-in of a user takes no longer than the next one, nor than that of a user who
  // does not exist; and files are looked at from now on, as the options say.
  void start();

  [[nodiscard]] Outcome set(const std::string& option, const std::string& value);
  // One at a time: the last one that was asked for holds in the end. What `done` is given tells what was done.
  void reload(Done done);

 private:
  // Read, and opened so far that nothing but a listener can fail.
  struct Wanted {
    std::shared_ptr<const config::Settings> settings;
    io::TlsContextPointer tls;
    std::optional<std::vector<io::ListenPlace>> places;  // where clients are to connect to others than now
    std::optional<StatsDoor::Port> stats_port;           // where it is another one
  };
  using Read = std::expected<Wanted, Outcome>;

  void begin_reload();
  [[nodiscard]] Read read_ahead();
  [[nodiscard]] Read open_ahead(config::Settings wanted);
  void end_reload(Read read);
  [[nodiscard]] Outcome take(const Wanted& wanted);
  // In the log, and to who asked.
  [[nodiscard]] Outcome tell(const config::LiveChanges& changes);
  void use_stats_port(const Wanted& wanted, const config::AdminSettings& before);
  // From now on these hold, on all workers.
  void adopt(config::Settings changed, bool has_other_entries);
  void derive_keys();

  void arm_look_timers();
  void look_at_tls_files();
  void look_at_own_files();
  void on_own_files_changed(const std::string& path, std::uint64_t reloads_before);

  Environment environment_;
  App::ConfigurationSource source_;
  std::shared_ptr<const auth::SecretStore> secrets_ = environment_.commons.secrets;  // of the settings that hold
  std::deque<Done> reloads_;                                                         // the first one is under way
  std::uint64_t begun_reloads_ = 0;
  worker::MethodTimer<LiveConfiguration, &LiveConfiguration::look_at_tls_files> tls_timer_{*this};
  worker::MethodTimer<LiveConfiguration, &LiveConfiguration::look_at_own_files> files_timer_{*this};
};

}  // namespace howdah
