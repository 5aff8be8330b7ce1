#include "daemon/auth/auth_queries.h"

#include <utility>

#include "config/serving_entry.h"
#include "daemon/auth/auth_query.h"
#include "daemon/worker/start_threads.h"
#include "protocol/sqlstate.h"

namespace howdah::auth {

namespace {

Answer answer_of(const LookedUpSecret& said) {
  return {.secret = said.at(std::chrono::system_clock::now())};
}

void tell(worker::Mailbox& mailbox, const ErrandRunner::Done& done, const Answer& answer) {
  mailbox.post([done, answer] { done(answer); });
}

bool is_asked_alike(const config::DatabaseSettings& one, const config::DatabaseSettings& other) {
  return one.backend == other.backend && one.auth_query == other.auth_query;
}

// What went wrong is for the log.
Answer failed() {
  return {.error = protocol::make_error(protocol::Severity::Fatal, protocol::sqlstate::kConnectionFailure,
                                        "authentication query failed")};
}

}  // namespace

EntrySecrets::EntrySecrets(EntryPointer entry, os::Log& log)
    : entry_(std::move(entry)), log_(log), cache_(entry_->auth_query.ttl, entry_->auth_query.stale_ttl) {
  const auto wanted = static_cast<std::size_t>(entry_->auth_query.max_connections);
  running_ = wanted;
  worker::start_threads(threads_, wanted, [this] {
    serve();
    --running_;
  });
  running_ -= wanted - threads_.size();  // there may be fewer
}

void EntrySecrets::retire() {
  {
    const std::lock_guard lock(mutex_);
    is_retired_ = true;
  }
  wake_up_.notify_all();
}

EntrySecrets::~EntrySecrets() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  wake_up_.notify_all();
  for (auto& thread : threads_) thread.join();
}

bool EntrySecrets::ask(const std::string& user, worker::Mailbox& mailbox, Done done) {
  const std::lock_guard lock(mutex_);
  const auto found = cache_.find(user, std::chrono::steady_clock::now());
  if (found) {
    if (found->is_due) std::ignore = enqueue(user);
    tell(mailbox, done, answer_of(found->said));
    return true;
  }
  if (!enqueue(user)) return false;
  under_way_[user].push_back({.mailbox = &mailbox, .done = std::move(done)});
  return true;
}

bool EntrySecrets::enqueue(const std::string& user) {
  if (under_way_.contains(user)) return true;
  if (threads_.empty() || queue_.size() >= kMostQueued) return false;
  under_way_[user] = {};
  queue_.push_back(user);
  wake_up_.notify_one();
  return true;
}

void EntrySecrets::doubt(const std::string& user) {
  const std::lock_guard lock(mutex_);
  cache_.doubt(user, std::chrono::steady_clock::now());
}

void EntrySecrets::serve() {
  AuthQuery query(*entry_, is_ending_);
  while (true) {
    std::unique_lock lock(mutex_);
    const auto is_wanted = [this] { return is_ending_ || is_retired_ || !queue_.empty(); };
    if (!query.is_open()) {
      wake_up_.wait(lock, is_wanted);
    } else if (!wake_up_.wait_for(lock, entry_->auth_query.idle_timeout, is_wanted)) {
      lock.unlock();
      query.close();
      continue;
    }
    if (is_ending_ || queue_.empty()) return;
    const auto user = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    end(user, query.ask(user));
  }
}

void EntrySecrets::end(const std::string& user, const Result& result) {
  if (!result) log_.warning("auth_query failed", {{"database", entry_->name}, {"error", result.error()}});
  const std::lock_guard lock(mutex_);
  if (result) cache_.put(user, *result, std::chrono::steady_clock::now());
  const auto answer = result ? answer_of(*result) : failed();
  for (const auto& waiting : under_way_[user]) tell(*waiting.mailbox, waiting.done, answer);
  under_way_.erase(user);
}

void AuthQueries::adopt(const std::shared_ptr<const config::Settings>& settings) {
  const std::lock_guard lock(mutex_);
  std::erase_if(retired_, [](const auto& secrets) { return secrets->has_ended() && secrets.use_count() == 1; });
  std::map<std::string, SecretsPointer> entries;
  for (const auto& [name, entry] : settings->databases) {
    if (!entry.auth_query.is_on()) continue;
    const auto known = entries_.find(name);
    if (known != entries_.end() && is_asked_alike(known->second->entry(), entry)) {
      entries.insert(entries_.extract(known));
    } else {
      entries[name] = std::make_shared<EntrySecrets>(EntrySecrets::EntryPointer(settings, &entry), log_);
    }
  }
  for (auto& [name, secrets] : entries_) {
    secrets->retire();
    retired_.push_back(std::move(secrets));
  }
  entries_ = std::move(entries);
  settings_ = settings;
}

AuthQueries::SecretsPointer AuthQueries::secrets_of(const std::string& database) {
  const std::lock_guard lock(mutex_);
  const auto* entry = config::serving_entry(*settings_, database);
  const auto found = entry == nullptr ? entries_.end() : entries_.find(entry->name);
  return found == entries_.end() ? nullptr : found->second;
}

bool AuthQueries::ask(const SecretLookUp& look_up, worker::Mailbox& mailbox, ErrandRunner::Done done) {
  const auto secrets = secrets_of(look_up.database);
  return secrets != nullptr && secrets->ask(look_up.user, mailbox, std::move(done));
}

void AuthQueries::doubt(const SecretLookUp& look_up) {
  if (const auto secrets = secrets_of(look_up.database)) secrets->doubt(look_up.user);
}

}  // namespace howdah::auth
