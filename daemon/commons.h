// What all workers share. Everything in here may be used by any thread.
#pragma once

#include <atomic>
#include <memory>

#include "config/settings.h"
#include "daemon/admin/actions.h"
#include "daemon/auth/auth_queries.h"
#include "daemon/auth/outside_checks.h"
#include "daemon/auth/passed_keys.h"
#include "daemon/auth/remembered_passwords.h"
#include "daemon/auth/secret_store.h"
#include "daemon/auth/server_secrets.h"
#include "daemon/cancel/cancel_desk.h"
#include "daemon/cancel/key_registry.h"
#include "daemon/cancel/peer_figures.h"
#include "daemon/client/admission.h"
#include "daemon/io/tls_context.h"
#include "daemon/live_settings.h"
#include "daemon/os/log.h"
#include "daemon/os/random.h"
#include "daemon/pool/ledger_directory.h"
#include "daemon/server/host_names.h"
#include "daemon/server/libpq_target.h"
#include "daemon/stats/gathering.h"
#include "daemon/worker/fair_offload.h"
#include "daemon/worker/offload.h"

namespace howdah {

struct Commons {
  std::shared_ptr<const config::Settings> settings;  // those of the start
  os::Log& log;
  stats::Gatherer& gatherer;
  admin::Actions& actions;

  LiveSettings live{settings};
  std::shared_ptr<const auth::SecretStore> secrets = std::make_shared<const auth::SecretStore>(*settings);  // likewise
  os::SystemRandom random = {};
  auth::ServerSecrets server_secrets{random};
  auth::PassedKeys passed_keys = {};
  auth::RememberedPasswords remembered_passwords = auth::RememberedPasswords();
  io::TlsContexts tls = {};
  client::Admission admission = {};
  cancel::KeyRegistry keys{random};
  cancel::CancelDesk cancels{keys};
  cancel::PeerFigures peer_figures = {};
  pool::LedgerDirectory ledgers = {};
  server::HostNames host_names{server::look_up_name};
  std::atomic<server::ServerId> last_server_id = 0;
  std::atomic<std::uint64_t> last_session_id = 0;
};

// The threads for what would block a loop. They end before the workers, to whom they write letters.
struct OffloadThreads {
  OffloadThreads(const std::shared_ptr<const config::Settings>& settings, os::Log& log) : auth_queries(settings, log) {}
  ~OffloadThreads() { are_ending = true; }
  OffloadThreads(const OffloadThreads&) = delete;
  OffloadThreads& operator=(const OffloadThreads&) = delete;

  // What clients ran when we ended is cancelled, not left running.
  static constexpr auto kCancelGrace = std::chrono::seconds(2);
  // What the traces of those clients have seen last is written.
  static constexpr auto kTraceGrace = std::chrono::seconds(1);
  static constexpr std::size_t kMostQueued = 1000;

  std::atomic<bool> are_ending = false;  // what may take long gives up

  worker::Offload look_ups{2, kMostQueued};
  worker::FairOffload cancels{8, 4, kMostQueued, kCancelGrace};
  worker::Offload password_checks{1, kMostQueued};
  auth::OutsideChecks outside_checks{8, kMostQueued};
  worker::Offload catalogs{1, kMostQueued};
  worker::FairOffload login_steps{8, 2, kMostQueued};  // libpq's, for each backend
  worker::Offload password_sources{4, kMostQueued};
  worker::Offload traces{1, kMostQueued, kTraceGrace};  // that write files
  auth::AuthQueries auth_queries;
};

}  // namespace howdah
