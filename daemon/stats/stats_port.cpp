#include "daemon/stats/stats_port.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/stats/http_access.h"
#include "daemon/stats/http_server.h"
#include "daemon/stats/page_cache.h"
#include "daemon/stats/sampler.h"
#include "daemon/worker/start_threads.h"
#include "daemon/worker/worker.h"

namespace howdah::stats {

namespace {

// Workers answer at the end of their turn. One that takes longer than this is stuck, which is news too.
constexpr auto kLongestWait = std::chrono::seconds(1);
// So long after the last request nothing is kept of what was asked for.
constexpr auto kKept = std::chrono::seconds(15);

// Reads its letters at once, on the thread of who writes them.
class AtOnce final : public worker::Mailbox {
 public:
  void post(Letter letter) override { letter(); }
};

// Asks all workers and waits for them: for a thread that has nothing else to do.
class AwaitedFigures final : public FigureSource {
 public:
  explicit AwaitedFigures(Gatherer& gatherer) : gatherer_(gatherer) {}

  [[nodiscard]] std::shared_ptr<const SnapshotSource> figures() override {
    if (auto figures = gather()) return figures;
    Snapshot nothing;
    nothing.is_stuck = true;
    return std::make_shared<GatheredFigures>(std::move(nothing), nullptr);
  }

  // Nobody is waited for any more.
  void give_up() {
    const std::lock_guard lock(arrival_->mutex);
    arrival_->is_given_up = true;
    arrival_->news.notify_all();
  }

 private:
  struct Arrival {
    std::mutex mutex;
    std::condition_variable news;
    std::uint64_t asked = 0;  // under mutex, like what follows
    std::uint64_t come = 0;
    FiguresPointer figures;
    bool is_given_up = false;
  };

  // Null where they did not come in time.
  [[nodiscard]] FiguresPointer gather() {
    std::unique_lock lock(arrival_->mutex);
    const auto number = ++arrival_->asked;
    lock.unlock();
    gatherer_.gather(mailbox_, [arrival = arrival_, number](FiguresPointer figures) {
      const std::lock_guard guard(arrival->mutex);
      arrival->come = number;
      arrival->figures = std::move(figures);
      arrival->news.notify_all();
    });
    lock.lock();
    arrival_->news.wait_for(lock, kLongestWait, [&] { return arrival_->come == number || arrival_->is_given_up; });
    return arrival_->come == number ? arrival_->figures : nullptr;
  }

  Gatherer& gatherer_;
  AtOnce mailbox_;
  std::shared_ptr<Arrival> arrival_ = std::make_shared<Arrival>();  // a late one may come after us
};

}  // namespace

class StatsPort::Service final : private PageDesk {
 public:
  explicit Service(Gatherer& gatherer) : figures_(gatherer), sampler_(worker_, gatherer, history_) {}
  ~Service() { stop(); }
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  [[nodiscard]] std::expected<void, std::string> listen(const config::AdminSettings& settings,
                                                        std::span<const int> replaced) {
    if (!worker_.is_usable()) return std::unexpected("no loop can be made: the process has too many open files");
    auto server = HttpServer::start(worker_.loop(), settings.listen, *this, replaced);
    if (!server) return std::unexpected(server.error());
    access_.emplace(settings.token, server->is_on_loopback());
    pages_.emplace(figures_, history_, *access_);
    descriptors_ = server->descriptors();
    server_.emplace(std::move(*server));
    return {};
  }
  void start() {
    worker_.post([this] { sampler_.start(); });
    worker::start_threads(threads_, 1, [this] { worker_.run(); });
  }
  void stop() {
    const std::lock_guard lock(stop_mutex_);
    if (threads_.empty()) return;
    figures_.give_up();
    worker_.post([this] { worker_.stop(); });
    threads_.clear();
    server_.reset();
  }
  void set_token(const std::string& token) {
    worker_.post([this, token] { access_->set_token(token); });
  }
  // As long as it listens.
  [[nodiscard]] std::span<const int> descriptors() const { return descriptors_; }

 private:
  [[nodiscard]] Page page(const Request& request) override {
    const worker::Turn turn(worker_);
    if (auto refusal = access_->refusal(request)) return *std::move(refusal);
    if (request.path == kDocumentPath) sampler_.look();
    worker_.agenda().arm_in(forget_timer_, kKept);
    return pages_->page(request);
  }
  void forget() { pages_->forget(); }

  AwaitedFigures figures_;
  worker::Worker worker_;
  History history_;
  Sampler sampler_;
  std::optional<HttpAccess> access_;
  std::optional<PageCache> pages_;
  std::optional<HttpServer> server_;
  std::vector<int> descriptors_;
  worker::MethodTimer<Service, &Service::forget> forget_timer_{*this};
  std::mutex stop_mutex_;
  std::vector<std::jthread> threads_;  // one, once it has started
};

StatsPort::StatsPort(std::unique_ptr<Service> service) : service_(std::move(service)) {}
StatsPort::~StatsPort() = default;
StatsPort::StatsPort(StatsPort&&) noexcept = default;
StatsPort& StatsPort::operator=(StatsPort&&) noexcept = default;

std::expected<StatsPort, std::string> StatsPort::open(const config::AdminSettings& settings, Gatherer& gatherer,
                                                      const StatsPort* replaced) {
  auto service = std::make_unique<Service>(gatherer);
  const auto theirs = replaced == nullptr ? std::span<const int>() : replaced->service_->descriptors();
  if (auto listening = service->listen(settings, theirs); !listening) return std::unexpected(listening.error());
  return StatsPort(std::move(service));
}

void StatsPort::start() {
  service_->start();
}

void StatsPort::stop() {
  service_->stop();
}

void StatsPort::set_token(const std::string& token) {
  service_->set_token(token);
}

}  // namespace howdah::stats
