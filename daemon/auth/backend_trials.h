// The method `backend`: PostgreSQL itself is asked whether a password is right, by a log-in as the client's user that
// is closed at once. For each database entry so many at a time, the others in a queue. These log-ins are no servers of
// any pool. One for each worker, on its thread.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "config/settings.h"
#include "daemon/auth/errand.h"
#include "daemon/auth/remembered_passwords.h"
#include "daemon/os/log.h"
#include "daemon/os/random.h"
#include "daemon/server/backend_connector.h"
#include "daemon/worker/agenda.h"
#include "daemon/worker/mailbox.h"

namespace howdah::auth {

class BackendTrials {
 public:
  using Done = ErrandRunner::Done;
  using EntryPointer = std::shared_ptr<const config::DatabaseSettings>;
  static constexpr std::size_t kMostAtATime = 8;
  static constexpr std::size_t kMostWaiting = 1000;

  struct Environment {
    std::shared_ptr<const config::Settings> settings;
    worker::Agenda& agenda;
    worker::Mailbox& mailbox;
    server::BackendConnector& connector;              // logs in with just what it is given
    std::function<bool(std::function<void()>)> hash;  // work of milliseconds, on another thread; false: too much
    RememberedPasswords& remembered;
    os::RandomSource& random;
    os::Log& log;
  };
  explicit BackendTrials(Environment environment);
  ~BackendTrials();

  // For what is asked from now on.
  void adopt(std::shared_ptr<const config::Settings> settings) { environment_.settings = std::move(settings); }

  // As ErrandRunner::run.
  [[nodiscard]] bool run(BackendLogin login, Done done);

 private:
  class Trial;
  struct Wish {
    BackendLogin login;
    Done done;
    EntryPointer entry = nullptr;  // that serves the database
  };

  // Of one database entry.
  struct Lane {
    std::size_t running = 0;
    std::deque<Wish> waiting = {};
  };

  [[nodiscard]] bool compare(Wish wish, const protocol::ScramVerifier& verifier);
  [[nodiscard]] bool pretend(Wish wish);
  void wait(Wish wish);
  void begin_more(const std::string& lane_name);
  void end(Trial& trial, std::expected<server::LoggedIn, protocol::ErrorFields> result);
  [[nodiscard]] Answer judge(const Wish& wish, std::expected<server::LoggedIn, protocol::ErrorFields>& result);
  void remember(const Wish& wish);
  [[nodiscard]] protocol::ScramChallenge fresh_challenge();

  Environment environment_;
  std::vector<std::unique_ptr<Trial>> trials_;  // under way
  std::map<std::string, Lane> lanes_;           // by name of the entry
};

}  // namespace howdah::auth
