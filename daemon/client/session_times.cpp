// How long the client waited, its requests took and its transactions lasted; and what of that is worth a line in the
// log.
#include <algorithm>

#include "daemon/client/session.h"

namespace howdah::client {

using worker::TimePoint;
using Duration = TimePoint::duration;

namespace {

stats::Microseconds microseconds(Duration duration) {
  return std::chrono::duration_cast<stats::Microseconds>(duration);
}

std::string milliseconds(Duration duration) {
  const auto micros = microseconds(duration).count();
  return std::to_string(micros / 1000) + "." + std::to_string(1000 + micros % 1000).substr(1);
}

}  // namespace

void Session::note_waited(TimePoint since) {
  const auto waited = microseconds(environment_.agenda.now() - since);
  pool_->totals().wait_time += waited;
  pool_->figures().times.wait.record(waited);
}

// The part of the wait in which the server was made counts as that.
void Session::note_granted(server::ServerConnection& server, TimePoint waiting_since) {
  note_waited(waiting_since);
  if (server_ == nullptr) return;
  const auto waited = environment_.agenda.now() - waiting_since;
  auto& times = server.times();
  if (server.connected_at() >= waiting_since) times.login = std::min(waited, server.login_time());
  times.queue = waited - times.login;
  server.runs().note_wait(waited);
}

// False: only a notice came by, or a cancel is over.
bool Session::note_answered() {
  if (!request_since_) return false;
  since_ = environment_.agenda.now();
  const auto took = since_ - *request_since_;
  pool_->totals().query_time += microseconds(took);
  pool_->figures().times.query.record(microseconds(took));
  server_->times().server += took;
  request_since_.reset();
  return true;
}

void Session::note_transaction_end() {
  const auto now = environment_.agenda.now();
  const auto times = std::exchange(server_->times(), {});
  const auto waited = times.queue + times.login;
  const auto leased_for = now - std::max(transaction_since_, server_->leased_at());
  pool_->totals().transaction_time += microseconds(leased_for);
  pool_->figures().times.transaction.record(microseconds(leased_for));
  const auto limit = environment_.login.settings->log.slow_transaction;
  // One that began before its server was there has waited within that time.
  const auto took = transaction_since_ < server_->leased_at() ? now - transaction_since_ : leased_for + waited;
  if (limit.count() > 0 && took >= limit) log_slow_transaction(times, took);
}

void Session::note_pin_end(server::ServerConnection& server) {
  const auto pin = std::exchange(server.pin(), {});
  if (!pin.reason.empty())
    pool_->figures().note_pinned(pin.reason, microseconds(environment_.agenda.now() - pin.since));
}

void Session::note_lease_end(server::ServerConnection& server) {
  if (tracing_) server.trace_to(nullptr);
  pool_->totals().lease_time += microseconds(environment_.agenda.now() - server.leased_at());
  note_pin_end(server);
}

void Session::log_slow_transaction(const server::TransactionTimes& times, Duration took) {
  environment_.log.info("slow transaction",
                        {{"client", id_},
                         {"user", user()},
                         {"database", database()},
                         {"took_ms", milliseconds(took)},
                         {"queue_ms", milliseconds(times.queue)},
                         {"login_ms", milliseconds(times.login)},
                         {"server_ms", milliseconds(times.server)},
                         {"client_ms", milliseconds(took - times.queue - times.login - times.server)}});
}

void Session::log_slow_statements() {
  for (const auto& slow : server_->runs().take_slow()) {
    environment_.log.info("slow statement", {{"client", id_},
                                             {"user", user()},
                                             {"database", database()},
                                             {"took_ms", milliseconds(slow.took)},
                                             {"queue_ms", milliseconds(slow.waited)},
                                             {"failed", slow.is_failed ? "yes" : "no"},
                                             {"fingerprint", stats::fingerprint_text(slow.statement.fingerprint())},
                                             {"statement", std::string(slow.statement.text())}});
  }
}

}  // namespace howdah::client
