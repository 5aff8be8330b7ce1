#include "daemon/serving_worker.h"

#include <utility>

#include "daemon/io/plain_transport.h"
#include "daemon/io/socket_stream.h"

namespace howdah {

ServingWorker::ServingWorker(worker::Worker& worker, Commons& commons, OffloadThreads& threads,
                             pool::PasswordDirectory& passwords)
    : worker_(worker),
      connector_(worker, threads.look_ups, threads.login_steps, threads.cancels),
      passworded_connector_({.agenda = worker.agenda(), .mailbox = worker, .connector = connector_}),
      errands_(worker, commons, threads, connector_),
      statements_(static_cast<std::size_t>(commons.settings->statements.max)),
      pools_(commons.settings,
             {.agenda = worker.agenda(),
              .mailbox = worker,
              .connector = passworded_connector_,
              .log = commons.log,
              .last_server_id = commons.last_server_id,
              .catalog_threads = &threads.catalogs,
              .passwords = &passwords},
             commons.ledgers),
      wait_reports_(commons.gatherer, worker, worker.agenda()),
      environment_{.agenda = worker.agenda(),
                   .mailbox = worker,
                   .log = commons.log,
                   .login = {.settings = commons.settings,
                             .secrets = commons.secrets,
                             .tls = &commons.tls,
                             .server_secrets = commons.server_secrets,
                             .random = commons.random,
                             .admission = commons.admission,
                             .doubt = [&threads](const auth::SecretLookUp& one) { threads.auth_queries.doubt(one); },
                             .passed_keys = &commons.passed_keys},
                   .pools = pools_,
                   .keys = commons.keys,
                   .errands = errands_,
                   .gatherer = commons.gatherer,
                   .wait_reports = wait_reports_,
                   .statements = statements_,
                   .last_session_id = commons.last_session_id,
                   .traces = &commons.traces},
      sessions_(environment_) {}

ServingWorker::~ServingWorker() {
  worker_.agenda().end_turn();
}

void ServingWorker::send_client(io::UniqueFd fd, io::PeerAddress peer) {
  ++on_the_way_;
  worker_.post([this, fd = std::move(fd), peer]() mutable {
    accept(std::move(fd), peer);
    --on_the_way_;
  });
}

std::size_t ServingWorker::client_count() const {
  return on_the_way_ + sessions_.size();
}

void ServingWorker::accept(io::UniqueFd fd, io::PeerAddress peer) {
  auto stream = std::make_unique<io::SocketStream>(worker_, io::PlainTransport(std::move(fd)));
  sessions_.accept(std::move(stream), peer);
}

void ServingWorker::drain() {
  pools_.drain();
  sessions_.drain();
}

}  // namespace howdah
