// How a pool grows and shrinks: log-ins to the backend, min_size, idle_timeout and max_lifetime.
#include <algorithm>

#include "daemon/pool/login_attempt.h"
#include "daemon/pool/pool.h"

namespace howdah::pool {

using server::ServerConnection;

namespace {

constexpr auto kUpkeepInterval = std::chrono::seconds(1);
// A refusal by the backend that waiting will not change is passed on for this long without asking again.
constexpr auto kRefusalPause = config::Milliseconds(1000);

}  // namespace

void Pool::start() {
  is_started_ = true;
  start_logins();
  has_settled_ = logins_.empty();
}

void Pool::drain() {
  is_draining_ = true;
  while (!idle_.empty()) idle_.back()->close("draining");
}

// As many as waiters have no log-in under way for them, at least what min_size lacks.
std::size_t Pool::wanted_logins() const {
  const auto max_size = static_cast<std::size_t>(settings_.max_size);
  const auto min_size = is_started_ && !is_draining_ ? static_cast<std::size_t>(settings_.min_size) : 0;
  const auto for_minimum = std::min(min_size, max_size) > size() ? std::min(min_size, max_size) - size() : 0;
  const auto for_waiters = queue_.size() > logins_.size() ? queue_.size() - logins_.size() : 0;
  return std::min(std::max(for_minimum, for_waiters), max_size > size() ? max_size - size() : 0);
}

void Pool::start_logins() {
  if (environment_.agenda.now() < retry_at_) return arm_upkeep();
  auto wanted = wanted_logins();
  // After a failure one attempt finds out whether the backend is back.
  const auto most = last_error_.message.empty() ? static_cast<std::size_t>(settings_.max_concurrent_logins) : 1;
  for (; wanted > 0 && logins_.size() < most; --wanted) {
    auto& attempt = *logins_.emplace_back(std::make_unique<LoginAttempt>(*this));
    attempt.start(environment_.connector);
  }
}

void Pool::forget(LoginAttempt& attempt) {
  const auto found = std::ranges::find(logins_, &attempt, &std::unique_ptr<LoginAttempt>::get);
  environment_.agenda.bury(std::shared_ptr<LoginAttempt>(std::move(*found)));
  logins_.erase(found);
}

void Pool::on_logged_in(LoginAttempt& attempt, server::LoggedIn logged_in) {
  forget(attempt);
  const auto id = ++environment_.last_server_id;
  auto server = std::make_unique<ServerConnection>(id, std::move(logged_in), environment_.agenda,
                                                   static_cast<server::ServerOwner&>(*this));
  auto& made = *server;
  servers_.emplace(id, std::move(server));
  ++totals_.server_logins;
  environment_.log.info(
      "server connection made",
      {{"server", id}, {"database", name_.database}, {"address", made.address()}, {"pid", made.process_id()}});
  last_error_ = {};
  retry_pause_ = {};
  retry_at_ = {};
  has_settled_ = has_settled_ || (logins_.empty() && wanted_logins() == 0);
  release(made);
  start_logins();
}

void Pool::on_login_failed(LoginAttempt& attempt, const protocol::ErrorFields& error) {
  forget(attempt);
  ++totals_.server_login_failures;
  last_error_ = error;
  has_settled_ = true;
  retry_pause_ = std::clamp(retry_pause_ * 2, settings_.retry_min, settings_.retry_max);
  if (is_lasting(error)) retry_pause_ = std::min(retry_pause_, kRefusalPause);
  retry_at_ = environment_.agenda.now() + retry_pause_;
  environment_.log.warning("log-in to the backend failed", {{"database", name_.database},
                                                            {"user", name_.user},
                                                            {"sqlstate", error.sqlstate},
                                                            {"error", error.message},
                                                            {"retry_ms", retry_pause_.count()}});
  if (servers_.empty() && is_lasting(error)) {
    while (!queue_.empty()) settle(queue_.front(), nullptr);
  }
  arm_upkeep();
}

// An error that waiting will not change: wrong user or password, no such database, no right to connect.
bool Pool::is_lasting(const protocol::ErrorFields& error) {
  return error.sqlstate.starts_with("28") || error.sqlstate == "3D000" || error.sqlstate == "42501";
}

void Pool::close_surplus() {
  const auto now = environment_.agenda.now();
  const auto idle = idle_;  // closing takes them out of the list
  for (auto* server : idle) {
    if (is_worn_out(*server)) {
      server->close("max_lifetime");
    } else if (settings_.idle_timeout.count() > 0 && servers_.size() > static_cast<std::size_t>(settings_.min_size) &&
               now - server->idle_since() >= settings_.idle_timeout) {
      server->close("idle_timeout");
    }
  }
}

void Pool::keep_up() {
  close_surplus();
  start_logins();
  arm_upkeep();
}

void Pool::arm_upkeep() {
  const auto now = environment_.agenda.now();
  if (wanted_logins() > 0 && now < retry_at_) {
    environment_.agenda.arm(upkeep_timer_, retry_at_);
  } else if (!upkeep_timer_.is_armed() && !servers_.empty()) {
    environment_.agenda.arm(upkeep_timer_, now + kUpkeepInterval);
  }
}

}  // namespace howdah::pool
