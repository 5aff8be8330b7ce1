// How a pool grows and shrinks: log-ins to the backend, min_size, idle_timeout and max_lifetime.
#include <algorithm>

#include "daemon/pool/login_attempt.h"
#include "daemon/pool/pool.h"

namespace howdah::pool {

using server::ServerConnection;

namespace {

constexpr auto kUpkeepInterval = std::chrono::seconds(1);

}  // namespace

void Pool::start() {
  ledger_.start();
  start_logins();
  has_settled_ = logins_.empty();
}

void Pool::drain() {
  ledger_.drain();
  for (const auto id : ledger_.idle_servers(part_)) {
    if (ledger_.take_this_idle(part_, id)) servers_.at(id)->close("draining");
  }
}

void Pool::start(const PoolLedger::LoginPlan& logins) {
  for (std::size_t begun = 0; begun < logins.count; ++begun) {
    auto& attempt = *logins_.emplace_back(std::make_unique<LoginAttempt>(*this, logins.standing));
    attempt.start(environment_.connector);
  }
  if (logins.count == 0) arm_upkeep(logins.retry_at);
}

void Pool::forget(LoginAttempt& attempt) {
  const auto found = std::ranges::find(logins_, &attempt, &std::unique_ptr<LoginAttempt>::get);
  environment_.agenda.bury(std::shared_ptr<LoginAttempt>(std::move(*found)));
  logins_.erase(found);
}

void Pool::on_logged_in(LoginAttempt& attempt, server::LoggedIn logged_in) {
  const auto login_time = environment_.agenda.now() - attempt.begun_at();
  const auto standing = attempt.standing();
  forget(attempt);
  const auto id = ++environment_.last_server_id;
  auto server = std::make_unique<ServerConnection>(id, std::move(logged_in), environment_.agenda,
                                                   static_cast<server::ServerOwner&>(*this));
  auto& made = *server;
  made.set_login_time(login_time);
  made.set_standing(standing);
  servers_.emplace(id, std::move(server));
  ++figures_.totals.server_logins;
  environment_.log.info(
      "server connection made",
      {{"server", id}, {"database", name_.database}, {"address", made.address()}, {"pid", made.process_id()}});
  ledger_.end_login();
  release(made);
  start_logins();
  has_settled_ = has_settled_ || logins_.empty();  // whoever waited for this server wants no other
}

void Pool::on_login_failed(LoginAttempt& attempt, const protocol::ErrorFields& error) {
  const auto standing = attempt.standing();
  forget(attempt);
  ++figures_.totals.server_login_failures;
  has_settled_ = true;
  const auto [pause] = ledger_.fail_login(error, environment_.agenda.now(), standing);
  environment_.log.warning("log-in to the backend failed", {{"database", name_.database},
                                                            {"user", name_.user},
                                                            {"sqlstate", error.sqlstate},
                                                            {"error", error.message},
                                                            {"retry_ms", pause.count()}});
  arm_upkeep();
}

void Pool::close_surplus() {
  const auto now = environment_.agenda.now();
  const auto min_size = static_cast<std::size_t>(settings_.min_size);
  for (const auto id : ledger_.idle_servers(part_)) {
    auto& server = *servers_.at(id);
    const bool is_worn = is_worn_out(server);
    const auto count = ledger_.counts().servers;
    const bool is_surplus =
        settings_.idle_timeout.count() > 0 && now - server.idle_since() >= settings_.idle_timeout && count > min_size;
    const bool is_too_many = count > static_cast<std::size_t>(settings_.max_size);
    if (!is_worn && !is_surplus && !is_too_many) continue;
    if (!ledger_.take_this_idle(part_, id)) continue;
    server.close(is_worn ? "max_lifetime" : is_too_many ? "max_size" : "idle_timeout");
  }
}

void Pool::keep_up() {
  ledger_.suspect_again(environment_.agenda.now());
  follow_names();
  close_surplus();
  start_logins();
  probe_idle();
  arm_upkeep();
}

void Pool::arm_upkeep(std::optional<worker::TimePoint> retry_at) {
  if (retry_at) {
    environment_.agenda.arm(upkeep_timer_, *retry_at);
  } else if (!upkeep_timer_.is_armed() && !servers_.empty()) {
    environment_.agenda.arm(upkeep_timer_, environment_.agenda.now() + kUpkeepInterval);
  }
}

}  // namespace howdah::pool
