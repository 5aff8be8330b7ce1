// What a client is told at its log-in, remembered per set of startup settings: settings that a server has once accepted
// need no server at the next log-in. Any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "protocol/session_settings.h"

namespace howdah::pool {

struct Welcome {
  protocol::SessionSettings settings;  // one shared value for all sessions that want the same
  std::string parameters;              // ParameterStatus messages, ready to send
};

class WelcomeCache {
 public:
  // Null where these settings have not been tried on a server, or were forgotten.
  [[nodiscard]] std::shared_ptr<const Welcome> find(const protocol::SessionSettings& settings) const;
  // `parameters` as the server reported them with `settings` in force.
  std::shared_ptr<const Welcome> remember(protocol::SessionSettings settings,
                                          const std::map<std::string, std::string>& parameters);
  void clear() {
    const std::lock_guard lock(mutex_);
    welcomes_.clear();
  }

 private:
  static constexpr std::size_t kMostEntries = 1000;  // when full it starts anew
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const Welcome>> welcomes_;  // under mutex_
};

}  // namespace howdah::pool
