// What a log-in asks of others before it can go on: values that are handed to whoever does them, on another thread or
// on the loop, while the log-in waits. They need nothing of the log-in that they came from, which may be gone when
// they are done. Copies share what they need; the last one overwrites it.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "protocol/crypto.h"
#include "protocol/error_fields.h"
#include "protocol/password.h"

namespace howdah::auth {

struct Answer {
  bool is_right = false;                            // the client is who it says it is
  std::optional<protocol::Secret> secret = {};      // of a SecretLookUp; nothing for an unknown user
  std::optional<protocol::ErrorFields> error = {};  // FATAL: why there is neither; told to the client
  std::string log_detail = {};                      // for the log only: what the client must not learn
  std::chrono::milliseconds delay = {};  // before the client hears it, of OutsideWork: who guesses shall wait
};

// A hash of a password: milliseconds of one core.
struct HashWork {
  std::function<Answer()> run;  // any thread, once
};

// Something that asks others (PAM, LDAP, the system's users) and waits for them.
struct OutsideWork {
  std::function<Answer()> run;  // any thread, once
};

// Whether PostgreSQL takes this password of this user, in the database that serves the client.
struct BackendLogin {
  std::string database;
  std::string user;
  protocol::SecretText password;
};

// The secret of a user, by the auth_query of the database that serves the client.
struct SecretLookUp {
  std::string database;
  std::string user;
};

using Errand = std::variant<HashWork, OutsideWork, BackendLogin, SecretLookUp>;

// Does errands. One for each worker, on its thread.
class ErrandRunner {
 public:
  using Done = std::function<void(const Answer&)>;

  // `done` is called on this thread with the answer, never before `run` returns. False: too many wait already.
  [[nodiscard]] virtual bool run(Errand errand, Done done) = 0;

 protected:
  ~ErrandRunner() = default;
};

}  // namespace howdah::auth
