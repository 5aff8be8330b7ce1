#include "daemon/server/host_names.h"

#include <algorithm>
#include <utility>

namespace howdah::server {

HostNames::Addresses HostNames::follow(const std::vector<std::string>& names, config::Milliseconds ttl,
                                       worker::TimePoint now, worker::Offload& threads) {
  Addresses found{.all = {}, .as_of = worker::TimePoint::max()};
  std::vector<std::string> due;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& name : names) {
      auto& entry = entries_[name];
      found.all.insert(entry.addresses.begin(), entry.addresses.end());
      const bool is_there = entry.is_known && !entry.is_under_way;
      found.as_of = std::min(found.as_of, is_there ? entry.looked_up_at : worker::TimePoint{});
      const bool is_due = entry.looked_up_at == worker::TimePoint{} || now - entry.looked_up_at >= ttl;
      if (!is_due || entry.is_under_way) continue;
      entry.is_under_way = true;
      entry.looked_up_at = now;
      due.push_back(name);
    }
  }
  for (const auto& name : due) {
    const bool is_taken = threads.submit([this, name] { take(name, look_up_(name)); });
    if (!is_taken) take(name, std::unexpected("too many look-ups are under way"));
  }
  return found;
}

// The addresses of before are still shown.
void HostNames::take(const std::string& name, const std::expected<std::vector<std::string>, std::string>& answer) {
  const std::lock_guard lock(mutex_);
  auto& entry = entries_[name];
  entry.is_under_way = false;
  entry.is_known = answer.has_value();
  if (answer) entry.addresses = *answer;
}

std::vector<HostNames::Known> HostNames::known(const std::vector<std::string>& names) const {
  std::vector<Known> all;
  const std::lock_guard lock(mutex_);
  for (const auto& name : names) {
    const auto found = entries_.find(name);
    if (found == entries_.end()) continue;
    const auto& entry = found->second;
    all.push_back({.name = name, .addresses = entry.addresses, .looked_up_at = entry.looked_up_at});
  }
  return all;
}

}  // namespace howdah::server
