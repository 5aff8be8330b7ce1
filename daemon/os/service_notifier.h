// Tells systemd how far the daemon is, where it was started by it as a service of type notify; else nobody.
// (man 3 sd_notify)
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace howdah::os {

class ServiceNotifier {
 public:
  // Whether anybody hears what is told.
  [[nodiscard]] static bool is_heard();
  // What `systemctl status` shows.
  void status(const std::string& text);
  void ready(const std::string& text);
  // Between these two the configuration is read again. (Type=notify-reload)
  void reloading(const std::string& text);
  void reloaded();
  // Another process is the service from now on; this one says nothing more. (MAINPID)
  void give_to(int process_id, const std::string& text);
  // Another process still is the service, until take_place(): systemd would refuse, and log, what this one says.
  void wait_for_place() { is_main_ = false; }
  void take_place() { is_main_ = true; }
  // All is well; see watchdog_interval().
  void feed_watchdog();
  // So often it wants to hear of us, or it ends us; nothing: it does not.
  [[nodiscard]] static std::optional<std::chrono::microseconds> watchdog_interval();
  // The stop may take as long as `limit`; zero: as long as it needs.
  void stopping(const std::string& text, std::chrono::milliseconds limit);

 private:
  void send(const std::string& assignments);

  bool is_main_ = true;
};

}  // namespace howdah::os
