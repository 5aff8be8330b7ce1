// Tells systemd how far the daemon is, where it was started by it as a service of type notify; else nobody.
// (man 3 sd_notify)
#pragma once

#include <chrono>
#include <string>

namespace howdah::os {

class ServiceNotifier {
 public:
  // What `systemctl status` shows.
  void status(const std::string& text);
  void ready(const std::string& text);
  // The stop may take as long as `limit`; zero: as long as it needs.
  void stopping(const std::string& text, std::chrono::milliseconds limit);

 private:
  void send(const std::string& assignments);
};

}  // namespace howdah::os
