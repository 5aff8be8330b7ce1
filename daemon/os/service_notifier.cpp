#include "daemon/os/service_notifier.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#ifdef HOWDAH_WITH_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

namespace howdah::os {

namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""h;

// For the way out after the last client.
constexpr auto kGrace = 10s;
constexpr auto kLongest = std::chrono::milliseconds(24h);

std::string status_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return "STATUS=" + text + "\n";
}

}  // namespace

void ServiceNotifier::status(const std::string& text) {
  send(status_line(text));
}

void ServiceNotifier::ready(const std::string& text) {
  send("READY=1\n" + status_line(text));
}

void ServiceNotifier::reloading(const std::string& text) {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(micros) + "\n" + status_line(text));
}

void ServiceNotifier::reloaded() {
  send("READY=1\n");
}

void ServiceNotifier::give_to(int process_id, const std::string& text) {
  send("MAINPID=" + std::to_string(process_id) + "\n" + status_line(text));
  is_main_ = false;
}

void ServiceNotifier::feed_watchdog() {
  send("WATCHDOG=1\n");
}

bool ServiceNotifier::is_heard() {
  return std::getenv("NOTIFY_SOCKET") != nullptr;
}

std::optional<std::chrono::microseconds> ServiceNotifier::watchdog_interval() {
#ifdef HOWDAH_WITH_SYSTEMD
  std::uint64_t micros = 0;
  if (sd_watchdog_enabled(0, &micros) > 0) return std::chrono::microseconds(micros);
#endif
  return std::nullopt;
}

void ServiceNotifier::stopping(const std::string& text, std::chrono::milliseconds limit) {
  const auto longest = limit.count() > 0 ? std::min(limit, kLongest) : kLongest;
  const auto micros = std::chrono::microseconds(longest + kGrace).count();
  send("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + std::to_string(micros) + "\n" + status_line(text));
}

void ServiceNotifier::send([[maybe_unused]] const std::string& assignments) {
  if (!is_main_) return;
#ifdef HOWDAH_WITH_SYSTEMD
  sd_notify(0, assignments.c_str());
#endif
}

}  // namespace howdah::os
