// What all workers share. Everything in here may be used by any thread.
#pragma once

#include <atomic>
#include <memory>

#include "config/settings.h"
#include "daemon/auth/secret_store.h"
#include "daemon/auth/server_secrets.h"
#include "daemon/cancel/key_registry.h"
#include "daemon/client/admission.h"
#include "daemon/os/log.h"
#include "daemon/os/random.h"
#include "daemon/pool/ledger_directory.h"
#include "daemon/stats/gathering.h"
#include "daemon/worker/offload.h"

namespace howdah {

struct Commons {
  std::shared_ptr<const config::Settings> settings;
  os::Log& log;
  stats::Gatherer& gatherer;

  os::SystemRandom random = {};
  auth::SecretStore secrets{*settings};
  auth::ServerSecrets server_secrets{random};
  client::Admission admission = {};
  cancel::KeyRegistry keys{random};
  pool::LedgerDirectory ledgers = {};
  std::atomic<server::ServerId> last_server_id = 0;
  std::atomic<std::uint64_t> last_session_id = 0;
};

// The threads for what would block a loop. They end before the workers, to whom they write letters.
struct OffloadThreads {
  // What clients ran when we ended is cancelled, not left running.
  static constexpr auto kCancelGrace = std::chrono::seconds(2);
  static constexpr std::size_t kMostQueued = 1000;

  worker::Offload look_ups{2, kMostQueued};
  worker::Offload cancels{4, kMostQueued, kCancelGrace};
  worker::Offload password_checks{1, kMostQueued};
  worker::Offload catalogs{1, kMostQueued};
};

}  // namespace howdah
