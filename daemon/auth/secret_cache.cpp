#include "daemon/auth/secret_cache.h"

#include <algorithm>
#include <utility>

namespace howdah::auth {

std::optional<SecretCache::Found> SecretCache::find(const std::string& user, TimePoint now) const {
  for (const auto* entries : {&users_, &nobodies_}) {
    const auto found = entries->find(user);
    if (found == entries->end()) continue;
    const auto age = now - found->second.since;
    if (age >= ttl_ + stale_ttl_) return std::nullopt;
    return Found{.said = found->second.said, .is_due = age >= ttl_};
  }
  return std::nullopt;
}

void SecretCache::put(const std::string& user, LookedUpSecret said, TimePoint now) {
  users_.erase(user);
  nobodies_.erase(user);
  auto& entries = said.secret ? users_ : nobodies_;
  make_room(entries);
  entries.emplace(user, Entry{.said = std::move(said), .since = now});
}

void SecretCache::make_room(Entries& entries) const {
  if (entries.size() < most_) return;
  entries.erase(std::ranges::min_element(entries, {}, [](const auto& entry) { return entry.second.since; }));
}

void SecretCache::doubt(const std::string& user, TimePoint now) {
  for (auto* entries : {&users_, &nobodies_}) {
    const auto found = entries->find(user);
    if (found != entries->end() && now - found->second.since >= kMoment) entries->erase(found);
  }
}

}  // namespace howdah::auth
