// One worker and what lives on it: its sessions, its parts of the pools with the servers that are here, and the way to
// the backends. All on the worker's thread, but for what says otherwise.
#pragma once

#include <atomic>

#include "daemon/client/session_registry.h"
#include "daemon/commons.h"
#include "daemon/io/listener.h"
#include "daemon/pool/pool_directory.h"
#include "daemon/server/libpq_connector.h"
#include "daemon/worker/worker.h"

namespace howdah {

class ServingWorker final : private client::PasswordChecker {
 public:
  ServingWorker(worker::Worker& worker, Commons& commons, OffloadThreads& threads);
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
  [[nodiscard]] stats::WorkerFigures figures() const;

 private:
  [[nodiscard]] bool check(const auth::PasswordCheck& check, std::function<void(bool)> done) override;
  void count_clients(stats::WorkerFigures& figures) const;

  worker::Worker& worker_;
  OffloadThreads& threads_;
  server::LibpqConnector connector_;
  pool::PoolDirectory pools_;
  client::SessionEnvironment environment_;
  client::SessionRegistry sessions_;
  std::atomic<std::size_t> on_the_way_ = 0;
};

}  // namespace howdah
