#include "daemon/engine.h"

#include <pthread.h>

#include <algorithm>
#include <tuple>

#include "daemon/cancel/peer_places.h"
#include "daemon/cancel/peer_snapshot.h"
#include "daemon/io/plain_transport.h"
#include "daemon/io/socket_stream.h"
#include "daemon/stats/process_figures.h"
#include "daemon/worker/start_threads.h"
#include "protocol/sqlstate.h"

namespace howdah {

namespace {

constexpr auto kWatchInterval = std::chrono::milliseconds(20);

protocol::ErrorFields shutting_down() {
  return protocol::make_error(protocol::Severity::Fatal, protocol::sqlstate::kAdminShutdown,
                              "terminating connection due to administrator command");
}

std::size_t count_of_workers(int workers) {
  if (workers > 0) return static_cast<std::size_t>(workers);
  return std::max(std::thread::hardware_concurrency(), 1U);  // those that this process may run on
}

std::vector<std::unique_ptr<worker::Worker>> make_workers(int wanted) {
  std::vector<std::unique_ptr<worker::Worker>> workers(count_of_workers(wanted));
  std::ranges::generate(workers, [] { return std::make_unique<worker::Worker>(); });
  return workers;
}

}  // namespace

App::Engine::Engine(std::shared_ptr<const config::Settings> settings, os::Log& log)
    : commons_{.settings = std::move(settings), .log = log, .gatherer = *this, .actions = actions_},
      workers_(make_workers(commons_.settings->workers)),
      stats_door_({.gatherer = *this, .workers = workers_, .threads = threads_}),
      doors_({.worker = home(), .log = commons_.log, .handler = *this}),
      configuration_({.commons = commons_,
                      .home = home(),
                      .serving = serving_,
                      .threads = threads_,
                      .tls_files = tls_files_,
                      .doors = doors_,
                      .stats_door = stats_door_}),
      actions_({.commons = commons_,
                .home = home(),
                .serving = serving_,
                .configuration = configuration_,
                .traces = traces_,
                .shut_down = [this](admin::Order::Shutdown way) { shut_down(way); }}),
      watch_({.home = home(), .gatherer = *this, .serving = serving_, .log = commons_.log}),
      adviser_(std::make_shared<stats::Adviser>(stats::read_process_figures().most_descriptors)) {
  commons_.cancels.add(forwarder_);
  for (const auto& worker : workers_) {
    serving_.push_back(std::make_unique<ServingWorker>(*worker, commons_, threads_, backend_passwords_));
  }
}

cancel::PeerForwarder::Environment App::Engine::forwarding() {
  const auto connect =
      [this](const io::SocketAddress& place) -> std::expected<std::unique_ptr<io::Stream>, std::string> {
    auto fd = cancel::connect_to(place);
    if (!fd) return std::unexpected(fd.error());
    return std::make_unique<io::SocketStream>(home(), io::PlainTransport(std::move(*fd)));
  };
  return {.live = commons_.live,
          .figures = commons_.peer_figures,
          .log = commons_.log,
          .mailbox = home(),
          .call = {.agenda = home().agenda(), .random = commons_.random, .connect = connect},
          .look_up = cancel::look_up_places,
          .run_on_thread = [this](auto work) { return threads_.look_ups.submit(std::move(work)); }};
}

// Letters that nobody reads any more may hold what would write to other workers.
App::Engine::~Engine() {
  stats_door_.stop();
  if (succession_.is_taking()) doors_.leave_to_another();
  doors_.close();
  for (const auto& serving : serving_) serving->terminate_all(shutting_down());
  for (const auto& worker : workers_) worker->close();
}

std::expected<void, std::string> App::Engine::start() {
  const auto are_usable = std::ranges::all_of(workers_, [](const auto& worker) { return worker->is_usable(); });
  if (!are_usable) return std::unexpected("no loop can be made: the process has too many open files");
  auto tls = tls_files_.read(commons_.settings->client.tls);
  if (!tls) return std::unexpected(tls.error());
  tls_files_.use(std::move(*tls));
  if (succession_.is_taking()) doors_.pause();
  auto opened = open_doors();
  if (opened && !succession_.is_taking()) opened = open_stats_door();
  if (opened && !succession_.is_taking()) opened = succession_.open_socket();
  if (!opened) {
    doors_.close();
    return opened;
  }
  for (const auto& name : doors_.names()) commons_.log.info("listening", {{"address", name}});
  serving_.front()->pools().start();
  configuration_.start();
  arm_period_timer();
  home().agenda().defer(start_work_);  // before the first client, whose pool must not be waited for
  return {};
}

// With the log for who asks.
void App::Engine::reload(std::function<void()> done) {
  home().post([this, done = std::move(done)]() mutable {
    configuration_.reload([done = std::move(done)](const admin::Outcome&) {
      if (done) done();
    });
  });
}

void App::Engine::arm_period_timer() {
  home().agenda().arm_in(period_timer_, commons_.live.current()->admin.stats_period);
}

void App::Engine::end_period() {
  gather_pools(home(), [this](const stats::FiguresPointer& figures) { periods_.take(figures->snapshot()); });
  arm_period_timer();
}

std::expected<void, std::string> App::Engine::open_doors() {
  const auto places = io::find_places(commons_.settings->listen);
  if (!places) return std::unexpected(places.error());
  return doors_.open(*places, std::move(inherited_), commons_.settings->client);
}

std::expected<void, std::string> App::Engine::open_stats_door() {
  auto opened = stats_door_.open(commons_.settings->admin);
  if (!opened) return std::unexpected(opened.error());
  stats_door_.use(std::move(*opened));
  return {};
}

void App::Engine::run() {
  std::vector<std::jthread> others;
  for (std::size_t number = 1; number < workers_.size(); ++number) {
    const auto body = [&worker = *workers_[number], number] {
      pthread_setname_np(pthread_self(), ("worker " + std::to_string(number)).c_str());
      worker.run();
    };
    if (worker::start_threads(others, 1, body)) continue;
    commons_.log.error("a thread cannot be started", {{"workers", number}});
    return finish();
  }
  stats_door_.start();
  observe_load();
  watch_.start();
  home().run();
  stats_door_.stop();
}

void App::Engine::watch_start() {
  if (phase_ != Phase::Starting) return;
  if (!serving_.front()->pools().have_settled()) return home().agenda().arm_in(start_timer_, kWatchInterval);
  succession_.is_taking() ? succession_.tell_ready() : begin_serving();
}

void App::Engine::begin_serving() {
  if (phase_ != Phase::Starting) return;
  phase_ = Phase::Serving;
  commons_.log.info("ready", {{"workers", workers_.size()}});
  if (ready_) ready_();
  watch_.tell_progress();
}

void App::Engine::on_accept(io::UniqueFd fd, io::PeerAddress peer) {
  auto& serving = least_busy_of(serving_);
  if (&serving == serving_.front().get()) {
    serving.accept(std::move(fd), peer);
  } else {
    serving.send_client(std::move(fd), peer);
  }
}

template <typename Task>
void App::Engine::tell_all(const Task& task) {
  for (const auto& serving : serving_) {
    serving->worker().post([&told = *serving, task] { task(told); });
  }
}

// Both go through the mailbox: whoever calls, they are done in a turn of their own.
void App::Engine::drain() {
  home().post([this] { begin_drain(commons_.live.current()->drain); });
}

void App::Engine::stop() {
  home().post([this] { finish(); });
}

void App::Engine::begin_drain(config::DrainSettings way) {
  if (phase_ == Phase::Stopped || (phase_ == Phase::Draining && !drain_delay_.is_armed())) return;
  if (phase_ == Phase::HandingOver) doors_.leave_to_another();
  phase_ = Phase::Draining;
  const auto now = std::chrono::system_clock::now();
  stats::Drain drain{
      .begun_at = now, .doors_close_at = now + way.delay, .clients = client_count_of(serving_), .rate = way.rate};
  const auto limit = commons_.live.current()->shutdown_timeout;
  if (limit.count() > 0) drain.ends_at = drain.doors_close_at + limit;
  commons_.log.info("draining", {{"clients", drain.clients}, {"delay_ms", way.delay.count()}, {"rate", way.rate}});
  {
    const std::lock_guard lock(drain_mutex_);
    drain_ = drain;
  }
  way.delay.count() > 0 ? home().agenda().arm_in(drain_delay_, way.delay) : close_doors();
}

// No new clients, and those that are there are told to go.
void App::Engine::close_doors() {
  if (phase_ != Phase::Draining) return;
  drain_delay_.disarm();
  doors_.close();
  const auto rate = static_cast<double>(drain_->rate) / static_cast<double>(serving_.size());
  tell_all([rate](ServingWorker& serving) { serving.drain(rate); });
  if (drain_->ends_at) home().agenda().arm_in(drain_limit_, *drain_->ends_at - drain_->doors_close_at);
  home().agenda().arm_in(drain_timer_, worker::Duration::zero());
  watch_.tell_progress();
}

void App::Engine::shut_down(admin::Order::Shutdown way) {
  switch (way) {
    case admin::Order::Shutdown::Now:
      return stop();
    case admin::Order::Shutdown::WaitForServers:
      return home().post([this] { begin_drain({}); });
    case admin::Order::Shutdown::WaitForClients:
      return home().post([this] { begin_closing(); });
  }
}

void App::Engine::begin_closing() {
  if (is_draining() || phase_ == Phase::Stopped) return;
  phase_ = Phase::Closing;
  commons_.log.info("waiting for clients to leave", {{"clients", client_count_of(serving_)}});
  doors_.close();
  home().agenda().arm_in(drain_timer_, worker::Duration::zero());
}

// Consoles are there to watch, not to be waited for, unless they are told to go too.
void App::Engine::watch_drain() {
  if (!is_draining()) return;
  const auto consoles = phase_ == Phase::Closing ? static_cast<std::size_t>(commons_.admission.console_count()) : 0;
  if (client_count_of(serving_) > consoles) return home().agenda().arm_in(drain_timer_, kWatchInterval);
  finish();
}

void App::Engine::on_drain_over() {
  if (phase_ != Phase::Draining) return;
  commons_.log.warning("drain took too long", {{"clients", client_count_of(serving_)}});
  finish();
}

void App::Engine::finish() {
  const auto phase = phase_.exchange(Phase::Stopped);
  if (phase == Phase::Stopped) return;
  if (phase == Phase::HandingOver || succession_.is_taking()) doors_.leave_to_another();
  doors_.close();
  commons_.log.info("stopped");
  tell_all([](ServingWorker& serving) {
    serving.terminate_all(shutting_down());
    serving.worker().stop();
  });
}

stats::Snapshot App::Engine::frame_of_figures() {
  const auto phase = phase_.load();
  stats::Snapshot frame;
  frame.taken_at = std::chrono::system_clock::now();
  frame.started_at = started_at_;
  frame.is_ready = phase != Phase::Starting;
  const auto settings = commons_.live.current();
  frame.is_draining = phase != Phase::Starting && phase != Phase::Serving;
  frame.clients_left = client_count_of(serving_);
  {
    const std::lock_guard lock(drain_mutex_);
    frame.drain = drain_;
  }
  frame.orders = commons_.ledgers.orders();
  frame.clients_limit = settings->client.max_connections;
  frame.peers = cancel::snapshot_of_peers(*settings, commons_.peer_figures);
  frame.client_bytes = sizeof(client::Session);
  frame.server_bytes = sizeof(server::ServerConnection);
  frame.pool_bytes = sizeof(pool::Pool);
  return frame;
}

void App::Engine::observe_load() {
  home().agenda().arm_in(load_timer_, stats::LoadHistory::kInterval);
  gather_pools(home(), [this](const stats::FiguresPointer& figures) { adviser_->observe(figures->snapshot()); });
}

void App::Engine::gather(worker::Mailbox& asker, stats::Gathering::Done done) {
  gather(stats::Detail::All, asker, std::move(done));
}

void App::Engine::gather_pools(worker::Mailbox& asker, stats::Gathering::Done done) {
  gather(stats::Detail::Pools, asker, std::move(done));
}

void App::Engine::gather(stats::Detail detail, worker::Mailbox& asker, stats::Gathering::Done done) {
  auto tell = [&asker, done = std::move(done)](stats::FiguresPointer figures) mutable {
    asker.post([done = std::move(done), figures = std::move(figures)]() mutable { done(std::move(figures)); });
  };
  const auto gathering =
      std::make_shared<stats::Gathering>(serving_.size(),
                                         stats::GatheredFigures(frame_of_figures(), commons_.live.current(),
                                                                {.period = periods_.last(), .adviser = adviser_}),
                                         std::move(tell));
  tell_all([gathering, detail](ServingWorker& serving) { gathering->add(serving.figures(detail)); });
}

}  // namespace howdah
