#include "daemon/service.h"

#include <unistd.h>

#include <utility>

#include "daemon/os/descriptors.h"

namespace howdah {

namespace {

constexpr std::uint64_t kOwnDescriptors = 64;  // loops, logs, listeners, name look-ups

// Descriptors that the clients and the servers of every database entry can take at a time.
std::uint64_t descriptors_needed(const config::Settings& settings) {
  auto needed = kOwnDescriptors + static_cast<std::uint64_t>(settings.client.max_connections);
  for (const auto& [name, database] : settings.databases) {
    needed += static_cast<std::uint64_t>(database.pool.max_size);
  }
  return needed;
}

}  // namespace

Service::Service(std::shared_ptr<const config::Settings> settings, os::Log& log)
    : settings_(std::move(settings)), log_(log), app_(settings_, log_), signals_(app_.loop(), *this) {}

bool Service::run() {
  log_start();
  notifier_.status("Starting");
  app_.on_ready([this] { notifier_.ready("Serving on " + where()); });
  if (const auto started = app_.start(); !started) {
    log_.error("cannot start", {{"error", started.error()}});
    notifier_.status("Cannot start: " + started.error());
    return false;
  }
  app_.run();
  return true;
}

void Service::log_start() {
  const auto limit = os::raise_descriptor_limit();
  log_.info("starting", {{"version", HOWDAH_VERSION}, {"process", getpid()}, {"open_files_limit", limit}});
  const auto needed = descriptors_needed(*settings_);
  if (limit < needed) {
    log_.warning("the limit of open files is too low", {{"limit", limit}, {"needed", needed}});
  }
  if (geteuid() == 0) log_.warning("running as root, which is not needed: use a user of its own");
}

void Service::on_signal(os::Signal signal) {
  switch (signal) {
    case os::Signal::Terminate:
      return on_terminate();
    case os::Signal::Interrupt:
      log_.info("told to stop", {{"signal", "SIGINT"}});
      return app_.stop();
    case os::Signal::HangUp:
      return log_.warning("the configuration cannot be read again while running", {{"signal", "SIGHUP"}});
  }
}

void Service::on_terminate() {
  log_.info("told to stop", {{"signal", "SIGTERM"}});
  if (std::exchange(was_told_to_end_, true)) return app_.stop();
  notifier_.stopping("Letting transactions finish", settings_->shutdown_timeout);
  app_.drain();
}

std::string Service::where() const {
  std::string text;
  for (const auto& address : app_.addresses()) text += (text.empty() ? "" : ", ") + address;
  return text;
}

}  // namespace howdah
