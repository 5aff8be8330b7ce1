// One worker and what lives on it: its sessions, its parts of the pools with the servers that are here, and the way to
// the backends. All on the worker's thread, but for what says otherwise.
#pragma once

#include <atomic>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/adoption.h"
#include "daemon/client/session_registry.h"
#include "daemon/commons.h"
#include "daemon/drain_pace.h"
#include "daemon/errands.h"
#include "daemon/io/peer_address.h"
#include "daemon/io/unique_fd.h"
#include "daemon/pool/pool_directory.h"
#include "daemon/server/libpq_connector.h"
#include "daemon/server/passworded_connector.h"
#include "daemon/worker/worker.h"
#include "daemon/worker_figures.h"

namespace howdah {

class ServingWorker {
 public:
  ServingWorker(worker::Worker& worker, Commons& commons, OffloadThreads& threads, pool::PasswordDirectory& passwords);
  ~ServingWorker();

  [[nodiscard]] worker::Worker& worker() { return worker_; }
  [[nodiscard]] pool::PoolDirectory& pools() { return pools_; }

  // Takes a client's connection on. Any thread; it counts from now on.
  void send_client(io::UniqueFd fd, io::PeerAddress peer);
  // Clients here and on their way here. Any thread.
  [[nodiscard]] std::size_t client_count() const;

  void accept(io::UniqueFd fd, io::PeerAddress peer);
  // Clients are told to go: so many per second, 0: all at once. Those that still come, too.
  void drain(double rate);
  void terminate_all(const protocol::ErrorFields& reason) { sessions_.terminate_all(reason); }
  // Clients leave for another process: see SessionRegistry. Those that cannot are told to go, so many per second, 0:
  // all at once.
  void begin_moving(std::shared_ptr<client::SessionRegistry::Departures> departures, double rate);
  void stop_moving();
  void on_departed(std::uint64_t id, bool is_taken) { sessions_.on_departed(id, is_taken); }
  // Takes a client of another process on. Any thread; it counts from now on. `done` is called here: with an empty text,
  // or why it is not taken. It is served from begin_serving() on.
  using Adopted = std::function<void(std::string why_not)>;
  void send_adopted(client::HandedClient client, io::UniqueFd fd, Adopted done);
  void begin_serving(std::uint64_t id) { sessions_.begin_serving(id); }
  // Null where it is not here.
  [[nodiscard]] client::Session* find_client(std::uint64_t id) { return sessions_.find(id); }
  // All clients of a database, empty: of all databases, and their servers at once.
  void kill(const std::string& database, const protocol::ErrorFields& reason);
  [[nodiscard]] bool kill_client(std::uint64_t id, const protocol::ErrorFields& reason) {
    return sessions_.terminate_client(id, reason);
  }
  // For what begins from now on. Clients that nothing serves any more go as in a drain.
  void adopt(const Adoption& adoption);
  [[nodiscard]] stats::WorkerFigures figures(stats::Detail detail) const {
    return figures_of(pools_, sessions_, statements_, environment_.counts, std::chrono::steady_clock::now(), detail);
  }

 private:
  void drain_more();
  void drain_bound();
  // It is one of those that are kept for the console.
  [[nodiscard]] bool is_reserved(const io::UniqueFd& fd) const;
  [[nodiscard]] std::expected<void, std::string> adopt_client(const client::HandedClient& client, io::UniqueFd fd);

  worker::Worker& worker_;
  server::LibpqConnector connector_;
  server::PasswordedConnector passworded_connector_;
  Errands errands_;
  stats::StatementTable statements_;
  pool::PoolDirectory pools_;
  client::WaitReports wait_reports_;
  client::SessionEnvironment environment_;
  client::SessionRegistry sessions_;
  auth::RememberedPasswords& remembered_passwords_;
  const std::uint64_t descriptor_limit_;
  std::atomic<std::size_t> on_the_way_ = 0;
  std::optional<DrainPace> drain_pace_;  // in a drain
  worker::MethodTimer<ServingWorker, &ServingWorker::drain_more> drain_timer_{*this};
  std::shared_ptr<client::SessionRegistry::Departures> departures_;  // while clients leave
  std::optional<DrainPace> bound_pace_;                              // likewise; of those that cannot
  worker::MethodTimer<ServingWorker, &ServingWorker::drain_bound> bound_timer_{*this};
};

// Clients of all of them. Any thread.
[[nodiscard]] std::size_t client_count_of(const std::vector<std::unique_ptr<ServingWorker>>& all);
// The one that has the fewest clients. There is one at least. Any thread.
[[nodiscard]] ServingWorker& least_busy_of(const std::vector<std::unique_ptr<ServingWorker>>& all);

}  // namespace howdah
