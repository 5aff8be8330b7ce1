// The servers of one database entry and one backend user, and the sessions that wait for one, as far as they are on one
// worker; the PoolLedger holds the parts together. All workers' parts together never have more than max_size servers
// (log-ins under way and servers being cleaned included), and serve waiters in the order of their arrival but for what
// the ledger allows. It owns its servers and makes new connections when waiters or min_size ask for them. No call here
// calls a waiter back before it returns. One worker's thread; it stays to the end of all workers.
#pragma once

#include <atomic>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/settings.h"
#include "daemon/os/log.h"
#include "daemon/pool/channel_desk.h"
#include "daemon/pool/ledger_directory.h"
#include "daemon/pool/pool_ledger.h"
#include "daemon/pool/session_rules.h"
#include "daemon/pool/waiter.h"
#include "daemon/server/backend_connector.h"
#include "daemon/server/catalog_reader.h"
#include "daemon/server/cleanup.h"
#include "daemon/server/fitness_check.h"
#include "daemon/server/host_names.h"
#include "daemon/server/idle_probe.h"
#include "daemon/server/password_source.h"
#include "daemon/server/server_connection.h"
#include "daemon/server/wanted_server.h"
#include "daemon/stats/pool_figures.h"
#include "daemon/stats/pool_queues.h"
#include "daemon/stats/snapshot.h"
#include "daemon/stats/statement_table.h"
#include "daemon/worker/agenda.h"

namespace howdah::pool {

// Whose log-ins take their secrets from where. Any thread.
class PasswordDirectory {
 public:
  // Null: from the configuration. It stays to the end.
  [[nodiscard]] virtual server::PasswordSource* find(const PoolName& name, const config::DatabaseSettings& entry) = 0;

 protected:
  ~PasswordDirectory() = default;
};

// What pools need from the worker they live on.
struct PoolEnvironment {
  worker::Agenda& agenda;
  worker::Mailbox& mailbox;
  server::BackendConnector& connector;
  os::Log& log;
  std::atomic<server::ServerId>& last_server_id;  // counts up over all pools and workers
  worker::Offload* catalog_threads = nullptr;     // for what follows from a catalog; without them none is read
  PasswordDirectory* passwords = nullptr;         // of users who have none in the configuration
  server::HostNames* host_names = nullptr;        // with look_ups; without them none is looked up again
  worker::Offload* look_ups = nullptr;
};

class Pool final : private server::ServerOwner,
                   private server::CleanupOwner,
                   private server::CatalogReaderOwner,
                   private server::IdleProbeOwner,
                   private server::FitnessCheckOwner,
                   private PoolPart {
 public:
  Pool(PoolName name, const config::PoolSettings& settings, server::BackendTarget target, PoolEnvironment environment,
       PoolLedger& ledger);
  ~Pool();

  [[nodiscard]] const PoolName& name() const { return name_; }
  [[nodiscard]] const config::PoolSettings& settings() const { return settings_; }
  [[nodiscard]] const server::BackendTarget& target() const { return target_; }
  // For those who log in now.
  [[nodiscard]] const SessionRules& session_rules() const { return *session_rules_; }
  [[nodiscard]] WelcomeCache& welcomes() { return ledger_.welcomes(); }
  [[nodiscard]] StatementCache& statements() { return ledger_.statements(); }
  [[nodiscard]] CatalogWatch& catalog() { return ledger_.catalog(); }
  // Of this moment; null: none.
  [[nodiscard]] const CatalogWatch::Names& telling_names();
  [[nodiscard]] PoolLedger& ledger() const { return ledger_; }
  [[nodiscard]] ChannelDesk& channels() { return channels_; }
  [[nodiscard]] stats::PoolFigures& figures() { return figures_; }
  [[nodiscard]] stats::Totals& totals() { return figures_.totals; }
  [[nodiscard]] const stats::StatementOwner& statement_owner() const { return statement_owner_; }

  // A server at once, `preferred` where that one is idle; else nothing, and the waiter stands in the queue.
  // The caller leases the server to itself before it does anything else.
  [[nodiscard]] server::ServerConnection* acquire(Waiter& waiter, server::ServerId preferred);
  // The one that acquire would most likely give now.
  [[nodiscard]] PoolLedger::FirstChoice first_choice() const { return ledger_.first_choice(part_); }
  // Out of the queue; a server that was on its way goes to the next one.
  void leave(Waiter& waiter);

  // Its session keeps it past the end of its transactions, until it is given back or closed. False: as many as may be
  // are kept already.
  [[nodiscard]] bool keep(const server::ServerConnection& server);
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
  // These hold from now on. Servers that log-ins to the target would not make alike any more go as soon as they are
  // free.
  void adopt(const config::PoolSettings& settings, const server::BackendTarget& target);
  // Nobody will come any more, up to the next `adopt`: no server is kept.
  void retire();
  // Retired, and nothing is left of it here.
  [[nodiscard]] bool has_ended() const;
  // Servers whose session is gone are closed, not made clean.
  void drop_abandoned();

  // The backend's own error, where there is no server because of it.
  [[nodiscard]] std::optional<protocol::ErrorFields> failure() const;
  // As far as this worker knows it.
  [[nodiscard]] stats::PoolQueue own_queue() const;

  // `now`: the agenda's time may be old where nothing has happened for long.
  [[nodiscard]] stats::PoolSnapshot snapshot(worker::TimePoint now) const;
  [[nodiscard]] std::vector<stats::ServerSnapshot> server_snapshots(stats::WallTime wall_now) const;
  // On any worker.
  [[nodiscard]] bool is_anybody_waiting() const { return ledger_.is_anybody_waiting(); }

 private:
  class LoginAttempt;

  void on_server_closed(server::ServerConnection& server, std::string_view reason) override;
  void on_server_gone(server::ServerConnection& server) override;
  void on_server_doubted(server::ServerConnection& server) override;
  void on_cleanup_done(server::Cleanup& cleanup) override;
  void on_catalog_read(server::CatalogReader& reader) override;
  void on_idle_probed(server::IdleProbe& probe) override;
  void on_fitness_checked(server::FitnessCheck& check) override;
  void on_logged_in(LoginAttempt& attempt, server::LoggedIn logged_in);
  void on_login_failed(LoginAttempt& attempt, const protocol::ErrorFields& error);
  void forget(LoginAttempt& attempt);

  void on_server_wanted(server::ServerId id, std::size_t to) override;
  void on_server_arrived(std::unique_ptr<server::ServerConnection> server) override;
  void on_refused(const protocol::ErrorFields& error) override;
  void on_evicted(const std::vector<server::ServerId>& ids) override;
  void on_unwanted(const std::vector<server::ServerId>& ids, const char* why) override;
  void on_suspected(const std::vector<server::ServerId>& ids) override;
  void on_host_doubted(const std::string& host) override;
  void on_logins_allowed() override { start_logins(); }

  [[nodiscard]] const SessionRules& rules_of(const config::PoolSettings& settings);
  [[nodiscard]] static bool is_fresh(const server::ServerConnection& server, worker::TimePoint now);
  [[nodiscard]] bool is_worn_out(const server::ServerConnection& server) const;
  [[nodiscard]] bool must_close(server::ServerConnection& server);
  // True: the server is taken for it.
  [[nodiscard]] bool must_check(server::ServerConnection& server) {
    return server.standing() != ledger_.standing() && check_doubted(server);
  }
  [[nodiscard]] bool check_doubted(server::ServerConnection& server);
  void check(server::ServerConnection& server);
  void follow_names();
  // Once it is free.
  void replace(server::ServerConnection& server);
  [[nodiscard]] std::vector<stats::HostSnapshot> host_snapshots() const;
  void place(server::ServerConnection& server, PoolLedger::Placement placement);
  void start_logins() { start(ledger_.begin_logins(environment_.agenda.now())); }
  void start(const PoolLedger::LoginPlan& logins);
  [[nodiscard]] bool read_catalog(server::ServerConnection& server);
  void probe_idle();
  void learn(const server::IdleProbe& probe);
  void warn_of_catalog(std::string_view reason);
  void close_surplus();
  void settle(Waiter& waiter, server::ServerConnection* server);
  void deliver();
  void send_departures();
  void keep_up();
  void read_hosts();  // of the target
  void arm_upkeep() { arm_upkeep(ledger_.retry_time(environment_.agenda.now())); }
  void arm_upkeep(std::optional<worker::TimePoint> retry_at);

  const PoolName name_;
  const stats::StatementOwner statement_owner_;
  config::PoolSettings settings_;
  std::list<SessionRules> all_session_rules_;  // those that ever held
  const SessionRules* session_rules_;          // those that hold
  server::BackendTarget target_;
  server::WantedServer wanted_ = server::WantedServer::Any;
  std::vector<std::string> names_of_hosts_;  // in the connection string
  std::set<std::string> fixed_hosts_;        // beside them
  PoolEnvironment environment_;

  PoolLedger& ledger_;
  const std::size_t part_;  // our number in the ledger
  ChannelDesk channels_;

  std::map<server::ServerId, std::unique_ptr<server::ServerConnection>> servers_;
  std::map<server::ServerId, PoolLedger::Pin> pins_;  // of those that are kept
  std::vector<std::unique_ptr<LoginAttempt>> logins_;
  std::vector<std::unique_ptr<server::ServerConnection>> leaving_;  // closed, but not yet by the backend
  std::vector<std::unique_ptr<server::Cleanup>> cleanups_;
  std::vector<std::unique_ptr<server::FitnessCheck>> checks_;
  worker::TimePoint next_own_doubt_{};
  worker::TimePoint names_as_of_{};  // when they were looked up for what was done last
  struct CatalogReadingUnderWay {
    std::unique_ptr<server::CatalogReader> reader;
    CatalogWatch::Reading reading;
  };
  std::vector<CatalogReadingUnderWay> catalog_readings_;
  std::unique_ptr<server::IdleProbe> idle_probe_;  // the one that is under way
  CatalogWatch::Names names_;
  std::uint64_t names_version_ = 0;
  struct Departure {
    server::ServerId id;
    std::size_t to;
  };
  std::vector<Departure> departures_;  // to other workers, at the end of this turn
  WaiterList settled_;
  protocol::ErrorFields refusal_;  // of those among them who were granted nothing
  stats::PoolFigures figures_;
  int backend_connections_limit_ = 0;  // 0: not known yet
  bool has_settled_ = false;
  bool is_retired_ = false;

  worker::MethodDeferred<Pool, &Pool::deliver> deliver_work_{*this};
  worker::MethodDeferred<Pool, &Pool::send_departures> departure_work_{*this};
  worker::MethodTimer<Pool, &Pool::keep_up> upkeep_timer_{*this};
};

}  // namespace howdah::pool
