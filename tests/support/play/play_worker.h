// What lives on one worker of a Play: its loop, its sessions, its parts of the pools, and the connections to the
// backend that were begun there.
#pragma once

#include "daemon/client/session_registry.h"
#include "daemon/worker_figures.h"
#include "tests/support/play/fake_backend.h"

namespace howdah::tests {

// Of all workers; outlives them.
struct PlayCommons {
  std::shared_ptr<const config::Settings> settings;
  os::Log& log;
  client::LoginEnvironment login;
  cancel::KeyRegistry& keys;
  const cancel::CancelDesk& cancels;
  cancel::PeerFigures& peer_figures;
  auth::ErrandRunner& errands;
  stats::Gatherer& gatherer;
  pool::LedgerDirectory ledgers = {};
  std::atomic<server::ServerId> last_server_id = 0;
  std::atomic<std::uint64_t> last_session_id = 0;
};

struct PlayWorker {
  static constexpr std::size_t kMostStatements = 100;

  explicit PlayWorker(PlayCommons& commons)
      : pools(commons.settings,
              {.agenda = loop.agenda(),
               .mailbox = loop,
               .connector = backend,
               .log = commons.log,
               .last_server_id = commons.last_server_id},
              commons.ledgers),
        wait_reports(commons.gatherer, loop, loop.agenda()),
        environment{.agenda = loop.agenda(),
                    .mailbox = loop,
                    .log = commons.log,
                    .login = commons.login,
                    .pools = pools,
                    .keys = commons.keys,
                    .cancels = commons.cancels,
                    .peer_figures = commons.peer_figures,
                    .errands = commons.errands,
                    .gatherer = commons.gatherer,
                    .wait_reports = wait_reports,
                    .statements = statements,
                    .last_session_id = commons.last_session_id},
        sessions(environment) {}
  PlayWorker(const PlayWorker&) = delete;
  PlayWorker& operator=(const PlayWorker&) = delete;

  ManualLoop loop;
  FakeBackend backend{loop};
  stats::StatementTable statements{kMostStatements};
  pool::PoolDirectory pools;
  client::WaitReports wait_reports;
  client::SessionEnvironment environment;
  client::SessionRegistry sessions;
};

}  // namespace howdah::tests
