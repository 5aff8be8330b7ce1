// What App holds together: one worker with its listeners, sessions and pools. (daemon/ARCHITECTURE.md)
#pragma once

#include <optional>

#include "daemon/app.h"
#include "daemon/auth/secret_store.h"
#include "daemon/auth/server_secrets.h"
#include "daemon/cancel/key_registry.h"
#include "daemon/client/admission.h"
#include "daemon/client/session_registry.h"
#include "daemon/io/listener.h"
#include "daemon/os/random.h"
#include "daemon/pool/pool_directory.h"
#include "daemon/server/libpq_connector.h"
#include "daemon/stats/http_server.h"
#include "daemon/stats/snapshot.h"
#include "daemon/worker/offload.h"
#include "daemon/worker/worker.h"

namespace howdah {

class App::Engine final : public stats::SnapshotSource, private io::AcceptHandler, private client::PasswordChecker {
 public:
  Engine(std::shared_ptr<const config::Settings> settings, os::Log& log);
  ~Engine();

  [[nodiscard]] std::expected<void, std::string> start();
  void on_ready(std::function<void()> ready) { ready_ = std::move(ready); }
  void run() { worker_.run(); }
  void drain();
  void stop();
  [[nodiscard]] bool is_draining() const { return phase_ == Phase::Draining; }
  [[nodiscard]] std::vector<std::string> addresses() const;
  [[nodiscard]] event_base* loop() const { return worker_.loop(); }

  // The worker's thread.
  [[nodiscard]] stats::Snapshot snapshot() const override;
  [[nodiscard]] std::vector<stats::ClientSnapshot> clients() const override;
  [[nodiscard]] std::vector<stats::ServerSnapshot> servers() const override;
  [[nodiscard]] std::shared_ptr<const config::Settings> settings() const override { return settings_; }

 private:
  enum class Phase { Starting, Serving, Draining, Stopped };

  [[nodiscard]] std::expected<void, std::string> open_listeners();
  [[nodiscard]] std::expected<void, std::string> open_stats_port();
  void begin_drain();
  void finish();
  void on_accept(io::UniqueFd fd, io::PeerAddress peer) override;
  [[nodiscard]] bool check(const auth::PasswordCheck& check, std::function<void(bool)> done) override;
  void count_clients(stats::Snapshot& snapshot) const;
  void watch_start();
  void watch_drain();
  void on_drain_over();

  std::shared_ptr<const config::Settings> settings_;
  os::Log& log_;
  os::SystemRandom random_;
  auth::SecretStore secrets_;
  auth::ServerSecrets server_secrets_;
  client::Admission admission_;
  cancel::KeyRegistry keys_;
  std::atomic<server::ServerId> last_server_id_ = 0;
  std::atomic<std::uint64_t> last_session_id_ = 0;
  pool::LedgerDirectory ledgers_;

  worker::Worker worker_;
  worker::Offload look_ups_;
  worker::Offload cancels_;
  worker::Offload password_checks_;
  server::LibpqConnector connector_;
  pool::PoolDirectory pools_;
  client::SessionEnvironment session_environment_;
  client::SessionRegistry sessions_;
  std::vector<std::unique_ptr<io::Listener>> listeners_;
  std::optional<stats::HttpServer> http_server_;

  const stats::WallTime started_at_ = std::chrono::system_clock::now();
  std::function<void()> ready_;
  Phase phase_ = Phase::Starting;
  worker::MethodDeferred<Engine, &Engine::watch_start> start_work_{*this};
  worker::MethodTimer<Engine, &Engine::watch_start> start_timer_{*this};
  worker::MethodTimer<Engine, &Engine::watch_drain> drain_timer_{*this};
  worker::MethodTimer<Engine, &Engine::on_drain_over> drain_limit_{*this};
};

}  // namespace howdah
