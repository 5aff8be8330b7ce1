// One pool on two workers: who gets which server, and how a server moves. Letters between the workers are read when the
// test says so.
#include <boost/test/unit_test.hpp>
#include <deque>

#include "daemon/pool/pool.h"
#include "tests/support/frame_text.h"
#include "tests/support/frontend_messages.h"
#include "tests/support/play/fake_backend.h"

namespace howdah::tests {

namespace {

using pool::PoolLedger;
using server::ServerConnection;

// Waits for a server, and holds it.
class Borrower final : public pool::Waiter, private server::Tenant {
 public:
  explicit Borrower(std::function<void(Borrower&)> on_served) : on_served_(std::move(on_served)) {}

  void take(ServerConnection& server) {
    held = &server;
    server.lease_to(static_cast<server::Tenant&>(*this));
    on_served_(*this);
  }
  void send(std::string_view text) {
    held->owed().expect(protocol::Request::Query);
    io::OutputBatch batch;
    batch.own(query(text));
    held->write(batch);
  }

  ServerConnection* held = nullptr;
  std::string heard;
  std::string refused;

 private:
  void on_granted(ServerConnection& server) override { take(server); }
  void on_refused(const protocol::ErrorFields& error) override { refused = error.message; }
  void on_reply_bytes(protocol::Bytes bytes) override { heard += bytes; }
  bool on_ready_for_query(protocol::TransactionStatus /*status*/) override { return true; }
  void on_statement_answered(const protocol::StatementNote& /*note*/) override {}
  void on_command_tag(std::string_view /*tag*/) override {}
  bool on_statement_error(protocol::Bytes /*frame*/, const std::optional<protocol::StatementNote>& /*asked*/) override {
    return true;
  }
  void on_notification(protocol::Bytes /*frame*/) override {}
  void on_progress() override {}
  void on_server_drained() override {}
  void on_server_lost(bool /*was_told*/) override { held = nullptr; }
  std::uint64_t client_id() const override { return 1; }

  std::function<void(Borrower&)> on_served_;
};

config::PoolSettings pool_of_size(int max_size) {
  config::PoolSettings settings;
  settings.max_size = max_size;
  return settings;
}

struct Part {
  Part(const config::PoolSettings& settings, PoolLedger& ledger, os::Log& log, std::atomic<server::ServerId>& last_id)
      : pool({"shop", "app"}, settings, {},
             {.agenda = loop.agenda(), .mailbox = loop, .connector = backend, .log = log, .last_server_id = last_id},
             ledger) {}

  ManualLoop loop;
  FakeBackend backend{loop};
  pool::Pool pool;
};

struct TwoWorkers {
  explicit TwoWorkers(int max_size) : settings(pool_of_size(max_size)) {}
  ~TwoWorkers() {
    for (auto& [borrower, part] : borrowers) {
      part->loop.turn([&] { part->pool.leave(borrower); });
      if (borrower.held != nullptr) borrower.held->end_lease();
    }
  }

  Borrower& ask(Part& part) {
    auto& borrower = borrowers.emplace_back([this](Borrower& served) { order.push_back(&served); }, &part).first;
    part.loop.turn([&] {
      if (auto* server = part.pool.acquire(borrower, 0)) borrower.take(*server);
    });
    check();
    return borrower;
  }
  Borrower& ask_and_log_in(Part& part) {
    auto& borrower = ask(part);
    part.backend.complete_login();
    BOOST_REQUIRE(borrower.held != nullptr);
    return borrower;
  }
  void give_back(Part& part, Borrower& borrower) {
    part.loop.turn([&] { part.pool.release(*std::exchange(borrower.held, nullptr)); });
    check();
  }
  void read_letters() {
    while (one.loop.has_letters() || two.loop.has_letters()) {
      one.loop.turn([] {});
      two.loop.turn([] {});
    }
    check();
  }
  void check() const {
    const auto counts = ledger.counts();
    BOOST_TEST(counts.connections() <= static_cast<std::size_t>(settings.max_size));
    BOOST_TEST(one.backend.connection_count() + two.backend.connection_count() <=
               static_cast<std::size_t>(settings.max_size));
  }

  config::PoolSettings settings;
  os::Log log{config::LogLevel::Error, config::LogFormat::Text, [](std::string_view) {}};
  std::atomic<server::ServerId> last_id = 0;
  PoolLedger ledger{settings};
  Part one{settings, ledger, log, last_id};
  Part two{settings, ledger, log, last_id};
  std::deque<std::pair<Borrower, Part*>> borrowers;
  std::vector<Borrower*> order;  // in which they were served
};

}  // namespace

BOOST_AUTO_TEST_SUITE(pool_workers)

BOOST_AUTO_TEST_CASE(a_server_that_is_idle_on_one_worker_goes_to_who_asks_on_the_other) {
  TwoWorkers workers(2);
  workers.give_back(workers.one, workers.ask_and_log_in(workers.one));
  auto& asker = workers.ask(workers.two);
  BOOST_TEST(asker.held == nullptr);
  workers.read_letters();
  BOOST_REQUIRE(asker.held != nullptr);
  BOOST_TEST(workers.two.backend.login_count() == 0U);
  // It works there: its replies are read by the other loop.
  asker.send("SELECT x");
  auto& backend = *workers.one.backend.servers().front();
  backend.take_requests();
  backend.give_replies();
  workers.two.loop.turn([&] { backend.socket().read(); });
  BOOST_TEST(backend_text(asker.heard) == "T D(x) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(a_server_stays_where_it_is_while_nobody_waits_elsewhere) {
  TwoWorkers workers(1);
  auto& first = workers.ask_and_log_in(workers.one);
  auto& second = workers.ask(workers.one);
  workers.give_back(workers.one, first);
  BOOST_TEST(second.held != nullptr);
  workers.give_back(workers.one, second);
  BOOST_TEST(!workers.two.loop.has_letters());
  BOOST_TEST(workers.ledger.counts().idle == 1U);
}

BOOST_AUTO_TEST_CASE(a_server_that_becomes_free_goes_to_the_only_waiter_on_the_other_worker) {
  TwoWorkers workers(1);
  auto& holder = workers.ask_and_log_in(workers.one);
  auto& waiter = workers.ask(workers.two);
  workers.give_back(workers.one, holder);
  BOOST_TEST(workers.ledger.counts().idle == 0U);
  workers.read_letters();
  BOOST_TEST(waiter.held != nullptr);
}

BOOST_AUTO_TEST_CASE(the_workers_together_have_no_more_than_max_size) {
  TwoWorkers workers(3);
  for (int i = 0; i < 4; ++i) {
    workers.ask(workers.one);
    workers.ask(workers.two);
  }
  BOOST_TEST(workers.one.backend.login_count() + workers.two.backend.login_count() == 3U);
}

BOOST_AUTO_TEST_CASE(a_log_in_serves_whoever_has_waited_longest) {
  TwoWorkers workers(1);
  auto& first = workers.ask(workers.one);
  workers.one.loop.turn([&] { workers.one.pool.leave(first); });
  auto& second = workers.ask(workers.two);
  BOOST_TEST(workers.two.backend.login_count() == 0U);  // the one under way is enough
  workers.one.backend.complete_login();
  workers.read_letters();
  BOOST_TEST(second.held != nullptr);
}

BOOST_AUTO_TEST_CASE(nobody_is_overtaken_by_more_than_the_ledger_allows) {
  TwoWorkers workers(1);
  workers.ask_and_log_in(workers.one);
  auto& patient = workers.ask(workers.two);
  for (std::uint64_t i = 0; i < PoolLedger::kMostOvertaking + 5; ++i) workers.ask(workers.one);
  while (patient.held == nullptr) {
    workers.give_back(workers.one, *workers.order.back());
    workers.read_letters();
  }
  const auto overtaking = workers.order.size() - 2;  // but for the holder and the patient one
  BOOST_TEST(overtaking == PoolLedger::kMostOvertaking);
  // Back again, to those who wait there.
  workers.give_back(workers.two, patient);
  workers.read_letters();
  BOOST_TEST(workers.order.back()->held != nullptr);
  BOOST_TEST(workers.order.back() != &patient);
}

BOOST_AUTO_TEST_CASE(a_server_that_ends_before_it_has_left_is_replaced) {
  TwoWorkers workers(1);
  workers.give_back(workers.one, workers.ask_and_log_in(workers.one));
  auto& asker = workers.ask(workers.two);
  auto& backend = *workers.one.backend.servers().front();
  backend.script().die();
  while (backend.give_replies() || backend.socket().is_readable()) {
    workers.one.loop.turn([&] { backend.socket().read(); });
  }
  workers.read_letters();
  BOOST_TEST(asker.held == nullptr);
  BOOST_REQUIRE(workers.one.backend.login_count() + workers.two.backend.login_count() == 1U);
  auto& who = workers.one.backend.login_count() == 1 ? workers.one : workers.two;
  who.backend.complete_login();
  workers.read_letters();
  BOOST_TEST(asker.held != nullptr);
}

BOOST_AUTO_TEST_CASE(a_server_that_comes_for_nobody_is_idle_there_or_goes_on) {
  TwoWorkers workers(1);
  workers.give_back(workers.one, workers.ask_and_log_in(workers.one));
  auto& asker = workers.ask(workers.two);
  workers.two.loop.turn([&] { workers.two.pool.leave(asker); });
  workers.read_letters();
  BOOST_TEST(workers.ledger.counts().idle == 1U);
  auto& next = workers.ask(workers.two);
  BOOST_TEST(next.held != nullptr);
  auto& far = workers.ask(workers.one);
  auto& gone = workers.ask(workers.one);
  workers.give_back(workers.two, next);
  workers.one.loop.turn([&] { workers.one.pool.leave(far); });
  workers.read_letters();
  BOOST_TEST(gone.held != nullptr);
}

BOOST_AUTO_TEST_CASE(all_who_wait_hear_of_a_backend_that_lets_nobody_in) {
  TwoWorkers workers(2);
  auto& first = workers.ask(workers.one);
  auto& second = workers.ask(workers.two);
  const auto error = protocol::make_error(protocol::Severity::Fatal, "28P01", "wrong password");
  workers.one.backend.fail_login(error);
  workers.read_letters();
  BOOST_TEST(first.refused == "wrong password");
  BOOST_TEST(second.refused == "wrong password");
  auto& third = workers.ask(workers.two);
  BOOST_TEST(third.refused == "wrong password");
}

BOOST_AUTO_TEST_CASE(a_drain_closes_what_is_idle_and_serves_who_waits_first) {
  TwoWorkers workers(1);
  auto& holder = workers.ask_and_log_in(workers.one);
  auto& waiter = workers.ask(workers.two);
  for (auto* part : {&workers.one, &workers.two}) part->loop.turn([&] { part->pool.drain(); });
  workers.give_back(workers.one, holder);
  workers.read_letters();
  BOOST_REQUIRE(waiter.held != nullptr);
  workers.give_back(workers.two, waiter);
  BOOST_TEST(workers.ledger.counts().servers == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
