// What an auth_query has said, for a while: users and names that are no users, each of them bounded in number, so that
// guessed names do not drive users out. No clock, no lock: its owner has both.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "config/settings.h"
#include "daemon/auth/looked_up_secret.h"
#include "daemon/worker/agenda.h"

namespace howdah::auth {

class SecretCache {
 public:
  using TimePoint = worker::TimePoint;

  SecretCache(config::Milliseconds ttl, config::Milliseconds stale_ttl, std::size_t most = kMost)
      : ttl_(ttl), stale_ttl_(stale_ttl), most_(most) {}

  struct Found {
    LookedUpSecret said;
    bool is_due = false;  // it may be used, and is to be asked for again
  };
  // Nothing: it has to be asked for first.
  [[nodiscard]] std::optional<Found> find(const std::string& user, TimePoint now) const;
  void put(const std::string& user, LookedUpSecret said, TimePoint now);
  // A log-in with it has failed: unless it is of this moment, it is asked for anew before the next one.
  void doubt(const std::string& user, TimePoint now);

 private:
  static constexpr std::size_t kMost = 10'000;
  static constexpr auto kMoment = std::chrono::seconds(1);
  struct Entry {
    LookedUpSecret said;
    TimePoint since;
  };
  using Entries = std::map<std::string, Entry>;

  void make_room(Entries& entries) const;

  const config::Milliseconds ttl_;
  const config::Milliseconds stale_ttl_;
  const std::size_t most_;
  Entries users_;
  Entries nobodies_;
};

}  // namespace howdah::auth
