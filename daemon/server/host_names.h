// The addresses of the names that backends' connection strings hold, looked up again and again while a pool has servers
// there: libpq looks a name up when it connects, and would never hear that the name has moved on. Any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "config/settings.h"
#include "daemon/worker/agenda.h"
#include "daemon/worker/offload.h"

namespace howdah::server {

class HostNames {
 public:
  using LookUp = std::function<std::expected<std::vector<std::string>, std::string>(const std::string& name)>;

  explicit HostNames(LookUp look_up) : look_up_(std::move(look_up)) {}

  // Of all names together. `as_of`: no answer is older; the beginning of time where one of the names has
  // none, or none since its last look-up failed.
  struct Addresses {
    std::set<std::string> all;
    worker::TimePoint as_of{};
  };
  // What is known. Names that were looked up longer ago than `ttl` are looked up on `threads`, where the answer will be
  // there for a later call; this must outlive the threads.
  [[nodiscard]] Addresses follow(const std::vector<std::string>& names, config::Milliseconds ttl, worker::TimePoint now,
                                 worker::Offload& threads);

  struct Known {
    std::string name;
    std::vector<std::string> addresses;
    worker::TimePoint looked_up_at{};
  };
  [[nodiscard]] std::vector<Known> known(const std::vector<std::string>& names) const;

 private:
  struct Entry {
    std::vector<std::string> addresses;
    worker::TimePoint looked_up_at{};  // the time of the question
    bool is_known = false;
    bool is_under_way = false;
  };

  void take(const std::string& name, const std::expected<std::vector<std::string>, std::string>& answer);

  const LookUp look_up_;
  mutable std::mutex mutex_;
  std::map<std::string, Entry> entries_;  // under mutex_
};

}  // namespace howdah::server
