// What sessions need from the worker they live on, and who owns them.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "daemon/admin/actions.h"
#include "daemon/auth/errand.h"
#include "daemon/cancel/cancel_desk.h"
#include "daemon/cancel/key_registry.h"
#include "daemon/cancel/peer_figures.h"
#include "daemon/client/login_conversation.h"
#include "daemon/client/statement_translator.h"
#include "daemon/client/wait_reports.h"
#include "daemon/io/output_batch.h"
#include "daemon/os/log.h"
#include "daemon/pool/pool_directory.h"
#include "daemon/stats/gathering.h"
#include "daemon/stats/statement_table.h"
#include "daemon/worker/agenda.h"
#include "daemon/worker/mailbox.h"

namespace howdah::client {

class Session;

class SessionOwner {
 public:
  // The session is over. It may be buried now, not destroyed.
  virtual void on_session_ended(Session& session) = 0;
  // One that is to leave may do so, perhaps. It is not asked to in this call.
  virtual void on_movable(Session& session) = 0;
  // On its way to or from another process: what becomes of it decides where the request goes.
  virtual void on_cancelled_away(Session& session, cancel::CancelHold hold) = 0;

 protected:
  ~SessionOwner() = default;
};

struct SessionCounts {
  std::uint64_t accepted = 0;
  std::uint64_t logins_failed = 0;
};

struct SessionEnvironment {
  // Of a user's sessions with a pool.
  [[nodiscard]] config::PoolMode pool_mode(const config::PoolSettings& pool, const std::string& user) const {
    const auto found = login.settings->users.find(user);
    return found == login.settings->users.end() ? pool.mode : found->second.pool_mode.value_or(pool.mode);
  }

  worker::Agenda& agenda;
  worker::Mailbox& mailbox;  // of this worker
  os::Log& log;
  LoginEnvironment login;
  pool::PoolDirectory& pools;
  cancel::KeyRegistry& keys;
  const cancel::CancelDesk& cancels;
  cancel::PeerFigures& peer_figures;
  auth::ErrandRunner& errands;
  stats::Gatherer& gatherer;
  WaitReports& wait_reports;
  stats::StatementTable& statements;            // of this worker
  std::atomic<std::uint64_t>& last_session_id;  // counts up over all workers
  admin::Actions* actions = nullptr;            // null: the console only shows
  SessionCounts counts = {};
  // What the turn under way has to send; empty between calls.
  io::OutputBatch requests = {};
  io::OutputBatch replies = {};
  std::vector<std::unique_ptr<StatementTranslator>> spare_translators = {};  // as many as there were leases at a time
};

}  // namespace howdah::client
