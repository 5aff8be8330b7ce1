#include "daemon/serving_worker.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "daemon/io/plain_transport.h"
#include "daemon/io/socket_stream.h"
#include "daemon/os/descriptors.h"

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
              .passwords = &passwords,
              .host_names = &commons.host_names,
              .look_ups = &threads.look_ups},
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
                   .cancels = commons.cancels,
                   .peer_figures = commons.peer_figures,
                   .errands = errands_,
                   .gatherer = commons.gatherer,
                   .wait_reports = wait_reports_,
                   .statements = statements_,
                   .last_session_id = commons.last_session_id,
                   .actions = &commons.actions},
      sessions_(environment_),
      remembered_passwords_(commons.remembered_passwords),
      descriptor_limit_(os::descriptor_limit()) {}

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

// A new descriptor has the lowest number that is free: those below are in use.
bool ServingWorker::is_reserved(const io::UniqueFd& fd) const {
  const auto reserved = static_cast<std::uint64_t>(environment_.login.settings->admin.reserved_connections);
  return static_cast<std::uint64_t>(fd.get()) + reserved >= descriptor_limit_ && descriptor_limit_ > 0;
}

void ServingWorker::accept(io::UniqueFd fd, io::PeerAddress peer) {
  const auto room = is_reserved(fd) ? client::Room::ForConsole : client::Room::ForAll;
  auto stream = std::make_unique<io::SocketStream>(worker_, io::PlainTransport(std::move(fd)));
  sessions_.accept(std::move(stream), peer, room);
  if (drain_pace_ && !drain_pace_->is_bounded()) sessions_.drain();
}

void ServingWorker::kill(const std::string& database, const protocol::ErrorFields& reason) {
  sessions_.terminate_clients(database, reason);
  pools_.drop_abandoned(database);
}

void ServingWorker::adopt(const Adoption& adoption) {
  const auto& settings = adoption.settings;
  environment_.login.settings = settings;
  environment_.login.secrets = adoption.secrets;
  errands_.adopt(settings);
  statements_.set_most(static_cast<std::size_t>(settings->statements.max));
  pools_.adopt(settings);
  if (!adoption.has_other_entries) return;
  remembered_passwords_.forget_verifiers();
  sessions_.drain_unserved();
}

void ServingWorker::begin_moving(std::shared_ptr<client::SessionRegistry::Departures> departures, double rate) {
  departures_ = std::move(departures);
  sessions_.begin_moving(*departures_);
  bound_pace_.emplace(rate);
  drain_bound();
}

void ServingWorker::stop_moving() {
  bound_timer_.disarm();
  sessions_.stop_moving();
  departures_.reset();
}

// As long as it goes on: who can leave now may be bound later.
void ServingWorker::drain_bound() {
  bound_pace_->use(sessions_.drain_bound(bound_pace_->next()));
  worker_.agenda().arm_in(bound_timer_, DrainPace::kInterval);
}

void ServingWorker::send_adopted(client::HandedClient client, io::UniqueFd fd, Adopted done) {
  ++on_the_way_;
  worker_.post([this, client = std::move(client), fd = std::move(fd), done = std::move(done)]() mutable {
    const auto adopted = adopt_client(client, std::move(fd));
    --on_the_way_;
    done(adopted ? "" : adopted.error());
  });
}

std::expected<void, std::string> ServingWorker::adopt_client(const client::HandedClient& client, io::UniqueFd fd) {
  if (is_reserved(fd)) return std::unexpected("no descriptor is left");
  auto stream = std::make_unique<io::SocketStream>(worker_, io::PlainTransport(std::move(fd)));
  if (!client.unread.empty()) stream->put_unread(client.unread);
  return sessions_.adopt(client, std::move(stream));
}

void ServingWorker::drain(double rate) {
  drain_pace_.emplace(rate);
  drain_more();
}

// Pools make new connections for those who have not been told yet.
void ServingWorker::drain_more() {
  const auto most = drain_pace_->next();
  const auto told = sessions_.drain(most);
  drain_pace_->use(told);
  if (drain_pace_->is_bounded()) worker_.agenda().arm_in(drain_timer_, DrainPace::kInterval);
  if (told < most) pools_.drain();  // nobody is left to be told
}

std::size_t client_count_of(const std::vector<std::unique_ptr<ServingWorker>>& all) {
  return std::transform_reduce(all.begin(), all.end(), 0UZ, std::plus{},
                               [](const auto& serving) { return serving->client_count(); });
}

ServingWorker& least_busy_of(const std::vector<std::unique_ptr<ServingWorker>>& all) {
  return **std::ranges::min_element(all, {}, [](const auto& serving) { return serving->client_count(); });
}

}  // namespace howdah
