// The auth_query of each database entry: a few threads with a connection each, a bounded queue, and what was said
// before, which is used while it is asked for again. Any thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "config/settings.h"
#include "daemon/auth/errand.h"
#include "daemon/auth/secret_cache.h"
#include "daemon/os/log.h"
#include "daemon/worker/mailbox.h"

namespace howdah::auth {

// Of one entry.
class EntrySecrets {
 public:
  using Done = ErrandRunner::Done;

  using EntryPointer = std::shared_ptr<const config::DatabaseSettings>;

  EntrySecrets(EntryPointer entry, os::Log& log);
  // Ends what is under way, without a word to who waits for it.
  ~EntrySecrets();
  EntrySecrets(const EntrySecrets&) = delete;
  EntrySecrets& operator=(const EntrySecrets&) = delete;

  // `done` comes by a letter to `mailbox`. False: too many wait already.
  [[nodiscard]] bool ask(const std::string& user, worker::Mailbox& mailbox, Done done);
  void doubt(const std::string& user);
  // Nobody asks any more: it ends by itself once all who wait have been told.
  void retire();
  // It has: the destructor waits for nothing.
  [[nodiscard]] bool has_ended() const { return running_ == 0; }
  [[nodiscard]] const config::DatabaseSettings& entry() const { return *entry_; }

 private:
  struct Waiting {
    worker::Mailbox* mailbox;
    Done done;
  };
  using Result = std::expected<LookedUpSecret, std::string>;
  static constexpr std::size_t kMostQueued = 1000;

  // Under the lock. False: the queue is full.
  [[nodiscard]] bool enqueue(const std::string& user);
  void serve();
  void end(const std::string& user, const Result& result);

  const EntryPointer entry_;
  os::Log& log_;
  std::atomic<bool> is_ending_ = false;
  std::atomic<std::size_t> running_ = 0;  // threads
  std::mutex mutex_;                      // guards what follows
  std::condition_variable wake_up_;
  SecretCache cache_;
  std::map<std::string, std::vector<Waiting>> under_way_;
  std::deque<std::string> queue_;
  bool is_retired_ = false;
  std::vector<std::thread> threads_;
};

class AuthQueries {
 public:
  AuthQueries(const std::shared_ptr<const config::Settings>& settings, os::Log& log) : log_(log) { adopt(settings); }

  // Entries that are asked otherwise from now on begin anew, with nothing known.
  void adopt(const std::shared_ptr<const config::Settings>& settings);

  // Of the entry that serves the database; it must have an auth_query.
  [[nodiscard]] bool ask(const SecretLookUp& look_up, worker::Mailbox& mailbox, ErrandRunner::Done done);
  // A log-in with what was said has failed.
  void doubt(const SecretLookUp& look_up);

 private:
  using SecretsPointer = std::shared_ptr<EntrySecrets>;

  [[nodiscard]] SecretsPointer secrets_of(const std::string& database);

  os::Log& log_;
  std::mutex mutex_;  // guards what follows
  std::shared_ptr<const config::Settings> settings_;
  std::map<std::string, SecretsPointer> entries_;  // by name
  std::vector<SecretsPointer> retired_;            // to their ends
};

}  // namespace howdah::auth
