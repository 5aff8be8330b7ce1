// The servers of one database entry and one backend user, and the sessions that wait for one.
// It owns the servers, never has more than max_size of them (log-ins under way and servers being cleaned
// included), serves waiters in the order of their arrival, and makes new connections when waiters or min_size
// ask for them. No call here calls a waiter back before it returns; all state changes inside the calls, so
// that workers can share it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/settings.h"
#include "daemon/os/log.h"
#include "daemon/pool/statement_cache.h"
#include "daemon/pool/waiter.h"
#include "daemon/pool/welcome_cache.h"
#include "daemon/server/backend_connector.h"
#include "daemon/server/cleanup.h"
#include "daemon/server/server_connection.h"
#include "daemon/stats/snapshot.h"
#include "daemon/worker/agenda.h"

namespace howdah::pool {

struct PoolName {
  std::string database;  // as clients call it
  std::string user;      // as the backend knows it; empty where the connection string says so
  auto operator<=>(const PoolName&) const = default;
};

// What pools need from the worker they live on.
struct PoolEnvironment {
  worker::Agenda& agenda;
  server::BackendConnector& connector;
  os::Log& log;
  server::ServerId& last_server_id;  // counts up over all pools
};

class Pool final : private server::ServerOwner, private server::CleanupOwner {
 public:
  Pool(PoolName name, const config::PoolSettings& settings, server::BackendTarget target, PoolEnvironment environment);
  ~Pool();

  [[nodiscard]] const PoolName& name() const { return name_; }
  [[nodiscard]] const config::PoolSettings& settings() const { return settings_; }
  [[nodiscard]] WelcomeCache& welcomes() { return welcomes_; }
  [[nodiscard]] StatementCache& statements() { return statements_; }
  [[nodiscard]] stats::Totals& totals() { return totals_; }

  // A server at once, `preferred` where that one is idle; else nothing, and the waiter stands in the queue.
  // The caller leases the server to itself before it does anything else.
  [[nodiscard]] server::ServerConnection* acquire(Waiter& waiter, server::ServerId preferred);
  // Out of the queue; a server that was on its way goes to the next one.
  void leave(Waiter& waiter);

  // Takes back a server whose lease has ended clean: the release rule must have said so.
  void release(server::ServerConnection& server);
  // Takes back a server in any state and makes it clean, or closes it.
  void clean_up(server::ServerConnection& server, const server::Abandoned& abandoned);

  // Makes the first connections. From then on the pool looks after min_size by itself.
  void start();
  // Each of the connections that start() wanted has been made, or one has failed.
  [[nodiscard]] bool has_settled() const { return has_settled_; }
  // Closes idle servers now and the others when they are given back; connects no more.
  void drain();

  // The error for a waiter whose time is up: what the servers are doing, or why there are none.
  [[nodiscard]] protocol::ErrorFields describe_exhaustion() const;

  // `now`: the agenda's time may be old where nothing has happened for long.
  [[nodiscard]] stats::PoolSnapshot snapshot(worker::TimePoint now) const;
  [[nodiscard]] std::vector<stats::ServerSnapshot> server_snapshots(stats::WallTime wall_now) const;
  // Connections to the backend: those that log in or leave count.
  [[nodiscard]] std::size_t size() const { return servers_.size() + logins_.size() + leaving_.size(); }
  [[nodiscard]] std::size_t idle_count() const { return idle_.size(); }
  [[nodiscard]] std::size_t waiting_count() const { return queue_.size(); }

 private:
  class LoginAttempt;

  void on_server_closed(server::ServerConnection& server, std::string_view reason) override;
  void on_server_gone(server::ServerConnection& server) override;
  void on_cleanup_done(server::Cleanup& cleanup) override;
  void on_logged_in(LoginAttempt& attempt, server::LoggedIn logged_in);
  void on_login_failed(LoginAttempt& attempt, const protocol::ErrorFields& error);
  void forget(LoginAttempt& attempt);

  [[nodiscard]] server::ServerConnection* take_idle(server::ServerId preferred);
  [[nodiscard]] bool is_worn_out(const server::ServerConnection& server) const;
  [[nodiscard]] static bool is_lasting(const protocol::ErrorFields& error);
  [[nodiscard]] std::size_t wanted_logins() const;
  void start_logins();
  void close_surplus();
  void settle(Waiter& waiter, server::ServerConnection* server);
  void deliver();
  void keep_up();
  void arm_upkeep();

  const PoolName name_;
  const config::PoolSettings settings_;
  const server::BackendTarget target_;
  PoolEnvironment environment_;

  std::map<server::ServerId, std::unique_ptr<server::ServerConnection>> servers_;
  std::vector<server::ServerConnection*> idle_;  // the one used last is at the back
  std::vector<std::unique_ptr<LoginAttempt>> logins_;
  std::vector<std::unique_ptr<server::ServerConnection>> leaving_;  // closed, but not yet by the backend
  std::vector<std::unique_ptr<server::Cleanup>> cleanups_;
  WaiterList queue_;
  WaiterList settled_;
  WelcomeCache welcomes_;
  StatementCache statements_;
  stats::Totals totals_;

  bool is_started_ = false;
  bool has_settled_ = false;
  bool is_draining_ = false;
  protocol::ErrorFields last_error_;  // empty message: the last log-in was good
  worker::TimePoint retry_at_{};
  config::Milliseconds retry_pause_{};

  worker::MethodDeferred<Pool, &Pool::deliver> deliver_work_{*this};
  worker::MethodTimer<Pool, &Pool::keep_up> upkeep_timer_{*this};
};

}  // namespace howdah::pool
