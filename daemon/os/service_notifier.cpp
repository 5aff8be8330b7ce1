#include "daemon/os/service_notifier.h"

#include <algorithm>

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

void ServiceNotifier::stopping(const std::string& text, std::chrono::milliseconds limit) {
  const auto longest = limit.count() > 0 ? std::min(limit, kLongest) : kLongest;
  const auto micros = std::chrono::microseconds(longest + kGrace).count();
  send("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + std::to_string(micros) + "\n" + status_line(text));
}

void ServiceNotifier::send([[maybe_unused]] const std::string& assignments) {
#ifdef HOWDAH_WITH_SYSTEMD
  sd_notify(0, assignments.c_str());
#endif
}

}  // namespace howdah::os
