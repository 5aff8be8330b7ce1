#include "daemon/service.h"

#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "daemon/os/descriptors.h"

namespace howdah {

namespace {

constexpr std::uint64_t kOwnDescriptors = 64;  // log, listeners, name look-ups, cancels, the stats port
constexpr std::string_view kTakeover = "--takeover";
constexpr std::uint64_t kEachWorkersOwn = 5;  // its loop, timer and mailbox

// One pool for each database entry; more users or names make more.
std::uint64_t most_servers(const config::Settings& settings) {
  std::uint64_t most = 0;
  for (const auto& [name, database] : settings.databases) most += static_cast<std::uint64_t>(database.pool.max_size);
  return most;
}

}  // namespace

Service::Service(std::shared_ptr<const config::Settings> settings, os::Log& log, Start start)
    : settings_(std::move(settings)),
      log_(log),
      open_files_limit_(os::raise_descriptor_limit()),
      app_(settings_, log_),
      signals_(app_.loop(), *this),
      successor_(app_.loop()),
      arguments_(std::move(start.arguments)) {
  app_.set_configuration_source(std::move(start.source));
  app_.use_listeners(std::move(start.inherited));
  if (!start.inheritance) return;
  // Who was started by the one before, not by systemd, becomes the service only with its place.
  if (start.inheritance->process_id == getppid()) notifier_.wait_for_place();
  app_.take_over(*std::move(start.inheritance));
}

bool Service::run() {
  log_start();
  notifier_.status("Starting: opening the listeners");
  tell_supervisor();
  if (const auto started = app_.start(); !started) {
    log_.error("cannot start", {{"error", started.error()}});
    notifier_.status("Cannot start: " + started.error());
    return false;
  }
  app_.run();
  return !app_.was_refused();
}

// The unit's watchdog is fed four times as often as it has to be: one late answer of a busy loop does no harm.
void Service::tell_supervisor() {
  app_.on_ready([this] { notifier_.ready("Serving on " + where()); });
  app_.on_place_given([this](int process_id) {
    if (successor_.is(process_id)) notifier_.give_to(process_id, "Handed over");
  });
  app_.on_place_taken([this] {
    notifier_.take_place();
    told_.clear();
    notifier_.ready("Serving on " + where());
  });
  if (os::ServiceNotifier::is_heard()) app_.on_progress([this](const Progress& progress) { tell(progress); });
  if (const auto interval = os::ServiceNotifier::watchdog_interval()) {
    app_.watch_loops(*interval / 4, [this] { notifier_.feed_watchdog(); });
  }
}

void Service::tell(const Progress& progress) {
  auto text = text_of(progress);
  if (progress.phase == Progress::Phase::Serving) text += ", on " + where();
  if (text == told_) return;
  told_ = std::move(text);
  notifier_.status(told_);
}

void Service::reload() {
  notifier_.reloading("Reading the configuration again");
  app_.reload([this] {
    notifier_.reloaded();
    told_.clear();
  });
}

void Service::start_successor() {
  if (successor_.is_running()) return log_.warning("an upgrade is under way already");
  if (app_.settings()->takeover.socket.empty()) {
    return log_.error("no upgrade without the setting takeover.socket");
  }
  auto arguments = arguments_;
  if (std::ranges::find(arguments, kTakeover) == arguments.end()) arguments.emplace_back(kTakeover);
  const auto started = successor_.start(arguments, [this](int status) {
    log_.error("the process that was to take over has ended", {{"status", status}});
  });
  if (!started) return log_.error("no process can be started to take over", {{"error", started.error()}});
  log_.info("another process is started to take over", {{"process", *started}});
}

void Service::log_start() {
  log_.info("starting", {{"version", HOWDAH_VERSION}, {"process", getpid()}});
  log_open_files();
  if (geteuid() == 0) log_.warning("running as root, which is not needed: use a user of its own");
}

// What the limit allows: so many clients while all servers are there.
void Service::log_open_files() {
  const auto limit = open_files_limit_;
  const auto own = kOwnDescriptors + kEachWorkersOwn * app_.worker_count();
  const auto servers = most_servers(*settings_);
  const auto clients = limit > own + servers ? limit - own - servers : 0;
  log_.info("open files", {{"limit", limit}, {"own", own}, {"servers", servers}, {"room_for_clients", clients}});
  const auto wanted = std::max(static_cast<std::uint64_t>(settings_->client.max_connections), std::uint64_t{1});
  if (clients >= wanted) return;
  log_.warning("the limit of open files is too low", {{"limit", limit},
                                                      {"needed", own + servers + wanted},
                                                      {"max_connections", settings_->client.max_connections},
                                                      {"room_for_clients", clients}});
}

void Service::on_signal(os::Signal signal) {
  switch (signal) {
    case os::Signal::Terminate:
      return on_terminate();
    case os::Signal::Interrupt:
      log_.info("told to stop", {{"signal", "SIGINT"}});
      return app_.stop();
    case os::Signal::HangUp:
      log_.info("told to reload", {{"signal", "SIGHUP"}});
      return reload();
    case os::Signal::User2:
      log_.info("told to upgrade", {{"signal", "SIGUSR2"}});
      return start_successor();
  }
}

void Service::on_terminate() {
  log_.info("told to stop", {{"signal", "SIGTERM"}});
  if (std::exchange(was_told_to_end_, true)) return app_.stop();
  const auto settings = app_.settings();
  const auto limit = settings->shutdown_timeout;  // 0: none
  notifier_.stopping("Letting transactions finish", limit.count() > 0 ? settings->drain.delay + limit : limit);
  app_.drain();
}

std::string Service::where() const {
  return fmt::format("{}", fmt::join(app_.addresses(), ", "));
}

}  // namespace howdah
