#include "daemon/serving_worker.h"

#include <map>
#include <utility>

#include "daemon/io/plain_transport.h"
#include "daemon/io/socket_stream.h"

namespace howdah {

ServingWorker::ServingWorker(worker::Worker& worker, Commons& commons, OffloadThreads& threads)
    : worker_(worker),
      threads_(threads),
      connector_(worker, threads.look_ups, threads.cancels),
      pools_(commons.settings,
             {.agenda = worker.agenda(),
              .mailbox = worker,
              .connector = connector_,
              .log = commons.log,
              .last_server_id = commons.last_server_id,
              .catalog_threads = &threads.catalogs},
             commons.ledgers),
      environment_{.agenda = worker.agenda(),
                   .mailbox = worker,
                   .log = commons.log,
                   .login = {.settings = commons.settings,
                             .secrets = commons.secrets,
                             .server_secrets = commons.server_secrets,
                             .random = commons.random,
                             .admission = commons.admission},
                   .pools = pools_,
                   .keys = commons.keys,
                   .password_checker = *this,
                   .gatherer = commons.gatherer,
                   .last_session_id = commons.last_session_id},
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

bool ServingWorker::check(const auth::PasswordCheck& check, std::function<void(bool)> done) {
  return threads_.password_checks.submit([this, check, done = std::move(done)] {
    const bool is_right = check.run();
    worker_.post([done, is_right] { done(is_right); });
  });
}

void ServingWorker::drain() {
  pools_.drain();
  sessions_.drain();
}

stats::WorkerFigures ServingWorker::figures() const {
  stats::WorkerFigures figures;
  figures.clients_accepted = environment_.counts.accepted;
  figures.logins_failed = environment_.counts.logins_failed;
  const auto now = std::chrono::steady_clock::now();
  const auto wall_now = std::chrono::system_clock::now();
  for (const auto* pool : pools_.pools()) {
    figures.pools.push_back(pool->snapshot(now));
    std::ranges::move(pool->server_snapshots(wall_now), std::back_inserter(figures.servers));
  }
  count_clients(figures);
  sessions_.for_each([&](const client::Session& session) { figures.clients.push_back(session.snapshot()); });
  return figures;
}

void ServingWorker::count_clients(stats::WorkerFigures& figures) const {
  using State = client::Session::State;
  std::map<const pool::Pool*, std::size_t> places;
  for (const auto* pool : pools_.pools()) places.emplace(pool, places.size());
  sessions_.for_each([&](const client::Session& session) {
    const auto place = places.find(session.pool());
    if (place == places.end()) {
      if (session.state() != State::Console) ++figures.clients_logging_in;
      return;
    }
    auto& pool = figures.pools[place->second];
    if (session.state() == State::Leased) ++pool.clients_active;
    if (session.state() == State::Idle || session.state() == State::Skipping) ++pool.clients_idle;
  });
}

}  // namespace howdah
