// One pool on four real threads: borrowers ask, give back, leave and lose their servers at random, while another thread
// watches that the promises hold at every moment, and evicts the idle ones now and then. Meant for ThreadSanitizer too.
// HOWDAH_LEASES=1000000 plays longer.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <deque>
#include <random>
#include <thread>

#include "daemon/pool/eviction.h"
#include "daemon/pool/pool.h"
#include "daemon/worker/worker.h"

namespace howdah::tests {

namespace {

using server::ServerConnection;

constexpr std::size_t kWorkers = 4;
constexpr std::size_t kBorrowers = 12;  // on each

// A connection on which nothing is ever said: only its end comes.
class SilentStream final : public io::Stream {
 public:
  explicit SilentStream(worker::Agenda& agenda) : agenda_(&agenda) {}
  void set_handler(io::StreamHandler& handler) override { handler_ = &handler; }
  void write(io::OutputBatch& batch) override { batch.clear(); }
  [[nodiscard]] std::size_t pending_bytes() const override { return 0; }
  void set_reading(bool /*on*/) override {}
  void redeliver() override {}
  void start_tls(io::TlsContextPointer /*context*/, bool /*must_name_protocol*/) override {}
  void end_output() override { agenda_->defer(end_); }
  void leave_loop() override {}
  void enter_loop(worker::Agenda& agenda) { agenda_ = &agenda; }

 private:
  void linger(std::unique_ptr<io::Stream> /*self*/) override {}
  void tell_end() { handler_->on_end(io::StreamEnd::EndOfFile); }

  worker::Agenda* agenda_;
  io::StreamHandler* handler_ = nullptr;
  worker::MethodDeferred<SilentStream, &SilentStream::tell_end> end_{*this};
};

class NoCancel final : public server::CancelTicket {
  void send(server::CancelHandler& /*handler*/) override {}
};

// Lets everybody in, in a later turn.
class SilentBackend final : public server::BackendConnector {
 public:
  explicit SilentBackend(worker::Worker& worker) : worker_(worker) {}

  [[nodiscard]] std::unique_ptr<server::PendingLogin> start(const server::BackendTarget& /*target*/,
                                                            config::Milliseconds /*timeout*/,
                                                            server::LoginHandler& handler) override {
    return std::make_unique<Login>(worker_, handler);
  }
  void take_over(io::Stream& stream, server::CancelTicket& /*cancel*/) override {
    static_cast<SilentStream&>(stream).enter_loop(worker_.agenda());
  }

 private:
  class Login final : public server::PendingLogin {
   public:
    Login(worker::Worker& worker, server::LoginHandler& handler) : worker_(worker), handler_(handler) {
      worker.agenda().defer(work_);
    }

   private:
    void succeed() {
      handler_.on_login(server::LoggedIn{.stream = std::make_unique<SilentStream>(worker_.agenda()),
                                         .cancel = std::make_unique<NoCancel>(),
                                         .parameters = {},
                                         .process_id = 1,
                                         .address = "silent"});
    }
    worker::Worker& worker_;
    server::LoginHandler& handler_;
    worker::MethodDeferred<Login, &Login::succeed> work_{*this};
  };

  worker::Worker& worker_;
};

// Seen by all threads.
struct Score {
  std::atomic<int> held = 0;
  std::atomic<int> most_held = 0;
  std::atomic<int> leased_twice = 0;
  std::atomic<std::int64_t> leases_left = 0;
  std::atomic<std::size_t> borrowers_left = kWorkers * kBorrowers;

  void note_held(int change) {
    const auto now = held += change;
    auto most = most_held.load();
    while (now > most && !most_held.compare_exchange_weak(most, now)) {
    }
  }
};

// Asks again and again, each step in a turn of its own.
class Borrower final : public pool::Waiter, private server::Tenant {
 public:
  Borrower(pool::Pool& pool, worker::Worker& worker, Score& score, unsigned seed)
      : pool_(pool), worker_(worker), score_(score), dice_(seed) {}

  void go_on() {
    if (std::exchange(is_due_, true)) return;
    worker_.post([this] { step(); });
  }

 private:
  void step() {
    is_due_ = false;
    if (server_ != nullptr) return end_lease();
    if (is_waiting()) return give_up_waiting();
    if (score_.leases_left-- <= 0) {
      --score_.borrowers_left;
      return;
    }
    if (auto* server = pool_.acquire(*this, last_)) return begin_lease(*server);
    if (dice_() % 8 == 0) go_on();  // it will not wait for long
  }
  void begin_lease(ServerConnection& server) {
    if (server.tenant() != nullptr) ++score_.leased_twice;
    server.lease_to(static_cast<server::Tenant&>(*this));
    server_ = &server;
    last_ = server.id();
    score_.note_held(+1);
    go_on();
  }
  void end_lease() {
    auto& server = *std::exchange(server_, nullptr);
    score_.note_held(-1);
    const auto fate = dice_() % 64;
    if (fate == 0) {
      server.close("died");
    } else if (fate == 1) {
      pool_.clean_up(server, {.is_discard_wanted = false});
    } else {
      pool_.release(server);
    }
    go_on();
  }
  void give_up_waiting() {
    pool_.leave(*this);
    go_on();
  }
  void on_granted(ServerConnection& server) override {
    // A step that was to end the waiting may still come: it ends the lease instead, a little early.
    begin_lease(server);
  }
  void on_refused(const protocol::ErrorFields& /*error*/) override { go_on(); }
  void on_reply_bytes(protocol::Bytes /*bytes*/) override {}
  bool on_ready_for_query(protocol::TransactionStatus /*status*/) override { return true; }
  void on_statement_answered(const protocol::StatementNote& /*note*/) override {}
  void on_command_tag(std::string_view /*tag*/) override {}
  bool on_statement_error(protocol::Bytes /*frame*/, const std::optional<protocol::StatementNote>& /*asked*/) override {
    return true;
  }
  void on_notification(protocol::Bytes /*frame*/) override {}
  void on_progress() override {}
  void on_server_drained() override {}
  void on_server_lost(bool /*was_told*/) override {}
  std::uint64_t client_id() const override { return 1; }

  pool::Pool& pool_;
  worker::Worker& worker_;
  Score& score_;
  std::minstd_rand dice_;
  ServerConnection* server_ = nullptr;
  server::ServerId last_ = 0;
  bool is_due_ = false;  // a step is
};

struct Part {
  Part(const config::PoolSettings& settings, pool::PoolLedger& ledger, os::Log& log,
       std::atomic<server::ServerId>& last_id, Score& score, unsigned seed)
      : pool(
            {"shop", "app"}, settings, {},
            {.agenda = worker.agenda(), .mailbox = worker, .connector = backend, .log = log, .last_server_id = last_id},
            ledger) {
    for (unsigned i = 0; i < kBorrowers; ++i) borrowers.emplace_back(pool, worker, score, seed * 100 + i + 1);
  }

  worker::Worker worker;
  SilentBackend backend{worker};
  pool::Pool pool;
  std::deque<Borrower> borrowers;
};

std::int64_t lease_count() {
  const auto* text = std::getenv("HOWDAH_LEASES");
  return text == nullptr ? 100'000 : std::atoll(text);
}

// Ends when they have left.
void evict(pool::PoolLedger& ledger, const Score& score) {
  const pool::Eviction eviction({&ledger});
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(10);
  while (!eviction.is_complete() && score.borrowers_left > 0 && std::chrono::steady_clock::now() < end) {
  }
}

// Returns when all is over; the promises are checked all the time.
void play(int max_size, std::int64_t leases) {
  config::PoolSettings settings;
  settings.max_size = max_size;
  os::Log log(config::LogLevel::Error, config::LogFormat::Text, [](std::string_view) {});
  std::atomic<server::ServerId> last_id = 0;
  Score score;
  score.leases_left = leases;
  pool::PoolLedger ledger(settings);
  std::deque<Part> parts;
  for (unsigned i = 0; i < kWorkers; ++i) parts.emplace_back(settings, ledger, log, last_id, score, i);
  {
    std::vector<std::jthread> threads;
    for (auto& part : parts) {
      for (auto& borrower : part.borrowers) borrower.go_on();
      threads.emplace_back([&part] { part.worker.run(); });
    }
    const auto most = static_cast<std::size_t>(max_size);
    std::uint64_t broken = 0;
    for (std::uint64_t looks = 0; score.borrowers_left > 0; ++looks) {
      if (looks % 1024 == 0) evict(ledger, score);
      const auto counts = ledger.counts();
      const bool waits_beside_idle = counts.idle > 0 && counts.unserved > 0;
      if (counts.connections() > most || waits_beside_idle) ++broken;
    }
    BOOST_TEST(broken == 0U);
    for (auto& part : parts) part.worker.post([&part] { part.worker.stop(); });
  }
  BOOST_TEST(score.most_held <= max_size);
  BOOST_TEST(score.held == 0);
  BOOST_TEST(score.leased_twice == 0);
  for (auto& part : parts) part.worker.close();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pool_threads)

BOOST_AUTO_TEST_CASE(no_pool_exceeds_max_size_and_nobody_waits_while_a_server_is_idle) {
  for (const int max_size : {1, 2, 3, 8}) play(max_size, lease_count() / 4);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
