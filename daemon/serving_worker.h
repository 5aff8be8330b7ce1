// One worker and what lives on it: its sessions, its parts of the pools with the servers that are here, and the way to
// the backends. All on the worker's thread, but for what says otherwise.
#pragma once

#include <atomic>

#include "daemon/client/session_registry.h"
#include "daemon/commons.h"
#include "daemon/errands.h"
#include "daemon/io/listener.h"
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
  void drain();
  void terminate_all(const protocol::ErrorFields& reason) { sessions_.terminate_all(reason); }
  // Null where it is not here.
  [[nodiscard]] client::Session* find_client(std::uint64_t id) { return sessions_.find(id); }
  // Those of the pools alone: no copies of all clients.
  [[nodiscard]] stats::WorkerFigures pool_figures() const {
    return figures_of(pools_, std::chrono::steady_clock::now());
  }
  [[nodiscard]] stats::WorkerFigures figures() const {
    return figures_of(pools_, sessions_, statements_, environment_.counts, std::chrono::steady_clock::now());
  }

 private:
  worker::Worker& worker_;
  server::LibpqConnector connector_;
  server::PasswordedConnector passworded_connector_;
  Errands errands_;
  stats::StatementTable statements_;
  pool::PoolDirectory pools_;
  client::WaitReports wait_reports_;
  client::SessionEnvironment environment_;
  client::SessionRegistry sessions_;
  std::atomic<std::size_t> on_the_way_ = 0;
};

}  // namespace howdah
