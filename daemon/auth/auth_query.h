// One connection that asks PostgreSQL for the secrets of users, on a thread of its own. Nothing of a client comes near
// it but the name, bound as a parameter: none of its settings (CVE-2025-12819). Who may not log in, or no more, has no
// secret, whatever the query says of it (CVE-2025-2291).
#pragma once

#include <atomic>
#include <expected>
#include <string>

#include "config/settings.h"
#include "daemon/auth/looked_up_secret.h"
#include "daemon/server/blocking_connection.h"

namespace howdah::auth {

// Asked where the configuration names no query of its own.
[[nodiscard]] std::string default_auth_query();

// From the first row: the name, the secret, and perhaps the seconds of the epoch up to which it is valid. Nobody where
// the name is another one, or where several rows begin with another one. An error, in words, for rows of another form.
[[nodiscard]] std::expected<LookedUpSecret, std::string> read_auth_rows(
    const std::vector<server::BlockingConnection::Row>& rows, const std::string& user);

class AuthQuery {
 public:
  AuthQuery(const config::DatabaseSettings& entry, const std::atomic<bool>& is_ending)
      : entry_(entry), connection_(is_ending) {}

  // Blocks, in bounded time. The error is for the log only.
  [[nodiscard]] std::expected<LookedUpSecret, std::string> ask(const std::string& user);
  [[nodiscard]] bool is_open() const { return connection_.is_open(); }
  void close() { connection_.close(); }

 private:
  using Failure = server::BlockingConnection::Failure;
  using Clock = server::BlockingConnection::Clock;

  [[nodiscard]] std::expected<void, std::string> open(Clock::time_point deadline);
  [[nodiscard]] std::expected<LookedUpSecret, Failure> run(const std::string& user, Clock::time_point deadline);
  [[nodiscard]] std::expected<LookedUpSecret, Failure> limit_as_role(LookedUpSecret said, const std::string& user,
                                                                     Clock::time_point deadline);
  [[nodiscard]] std::expected<server::ConnectionKeywords, std::string> keywords() const;

  const config::DatabaseSettings& entry_;
  server::BlockingConnection connection_;
};

}  // namespace howdah::auth
