// Hosts that have not answered a log-in in time: for a while the others are tried first, so that not every log-in waits
// for a machine that is gone. One worker's thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/server/host_list.h"
#include "daemon/worker/agenda.h"

namespace howdah::server {

class SilentHosts {
 public:
  static constexpr auto kFor = std::chrono::seconds(30);

  void note(const std::string& place, worker::TimePoint now) { until_[place] = now + kFor; }
  // The places of those that are silent now.
  [[nodiscard]] std::set<std::string> places(worker::TimePoint now) {
    std::erase_if(until_, [now](const auto& entry) { return entry.second <= now; });
    std::set<std::string> places;
    for (const auto& [place, until] : until_) places.insert(place);
    return places;
  }

 private:
  std::map<std::string, worker::TimePoint> until_;
};

// Where a host is: "10.0.0.1:5432"; the same for all names of an address.
[[nodiscard]] std::string place_of(const Host& host);
// Those at silent places behind the others; else in their order.
[[nodiscard]] std::vector<Host> with_silent_last(const std::vector<Host>& hosts, const std::set<std::string>& silent);

}  // namespace howdah::server
