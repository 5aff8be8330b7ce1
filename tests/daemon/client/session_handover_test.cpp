// Clients that go on with another process: what they take along, when they go, and who cannot.
#include <boost/test/unit_test.hpp>

#include "daemon/takeover/client_record.h"
#include "tests/support/play/play.h"

namespace howdah::tests {

namespace {

using client::HandedClient;
using State = client::Session::State;

const std::string kAnswer = "T D(1) C(SELECT 1) Z(I)";

// Two processes. Clients of `old` leave once it has been told to; each goes on in `next` when the test says so.
struct TwoProcesses final : client::SessionRegistry::Departures {
  explicit TwoProcesses(const config::Settings& settings = one_pool(1)) : old(settings), next(settings) {}

  void depart(HandedClient client, int) override { departed.push_back(std::move(client)); }
  void begin() {
    for (auto& worker : old.workers()) {
      worker.loop.turn([&] { worker.sessions.begin_moving(*this); });
    }
    old.run();
  }
  void stop() {
    for (auto& worker : old.workers()) {
      worker.loop.turn([&] { worker.sessions.stop_moving(); });
    }
    old.run();
  }
  // By way of a record, as it is sent.
  Client& follow(Client& client) {
    BOOST_REQUIRE(departed.size() == 1U);
    takeover::KnownSettings settings;
    const auto record = takeover::Record::read(takeover::to_record(departed.front()).encoded());
    const auto handed = takeover::read_client(*record, -1, settings);
    BOOST_REQUIRE(handed.has_value());
    departed.clear();
    auto* taken = next.adopt(*handed, client);
    BOOST_REQUIRE(taken != nullptr);
    answer(client, true);
    return *taken;
  }
  void answer(Client& client, bool is_taken) {
    client.loop().turn([&] { client.registry().on_departed(client.session_id(), is_taken); });
    old.run();
  }
  Client& move(Client& client) {
    begin();
    return follow(client);
  }

  Play old;
  Play next;
  std::vector<HandedClient> departed;
};

std::string next_heard(TwoProcesses& two) {
  return two.next.server_heard(1);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_handover)

BOOST_AUTO_TEST_CASE(an_idle_client_goes_on_and_its_old_session_ends_without_a_word) {
  TwoProcesses two;
  auto& ann = two.old.log_in();
  auto& there = two.move(ann);
  BOOST_TEST(ann.session() == nullptr);
  BOOST_TEST(there.ask("SELECT 1") == kAnswer);
  BOOST_TEST(!there.socket().is_output_over());
  BOOST_TEST(there.session()->id() == ann.session_id());
  BOOST_TEST(there.session()->user() == "app");
  BOOST_TEST(there.session()->database() == "shop");
}

BOOST_AUTO_TEST_CASE(its_settings_are_in_front_of_its_first_request) {
  TwoProcesses two;
  auto& ann = two.old.log_in("app", "shop", {{"application_name", "till"}});
  auto& bob = two.next.log_in();
  (void)bob.ask("SELECT 1");
  (void)next_heard(two);
  auto& there = two.move(ann);
  BOOST_TEST(there.ask("SELECT 1") == kAnswer);
  BOOST_TEST(next_heard(two).contains("till"));
}

BOOST_AUTO_TEST_CASE(its_statements_keep_their_names) {
  TwoProcesses two;
  auto& ann = two.old.log_in();
  BOOST_TEST(ann.send(parse("s", "SELECT 1") + sync()).hears() == "1 Z(I)");
  BOOST_TEST(ann.send(parse("", "SELECT 1") + sync()).hears() == "1 Z(I)");
  auto& there = two.move(ann);
  BOOST_TEST(there.send(bind("", "s") + execute() + sync()).hears() == "2 D(1) C(SELECT 1) Z(I)");
  BOOST_TEST(there.send(bind("", "") + execute() + sync()).hears() == "2 D(1) C(SELECT 1) Z(I)");
  BOOST_TEST(there.send(parse("s", "SELECT 1") + sync()).hears().starts_with("E(42P05"));
}

BOOST_AUTO_TEST_CASE(statements_that_are_alike_are_one_there_too) {
  TwoProcesses two;
  for (int i = 0; i < 2; ++i) {
    auto& client = two.old.log_in();
    (void)client.send(parse("s", "SELECT 1") + sync());
    (void)two.move(client);
    two.stop();
  }
  BOOST_TEST(two.next.pool().statements().size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_it_has_asked_for_while_it_waited_goes_with_it) {
  TwoProcesses two;
  auto& holder = two.old.log_in();
  auto& ann = two.old.log_in();
  (void)holder.ask("BEGIN");
  BOOST_TEST(ann.ask("SELECT 1") == "");
  BOOST_TEST(ann.state() == State::Waiting);
  auto& there = two.move(ann);
  BOOST_TEST(there.hears() == kAnswer);
}

BOOST_AUTO_TEST_CASE(a_client_in_a_transaction_follows_at_its_end) {
  TwoProcesses two;
  auto& ann = two.old.log_in();
  (void)ann.ask("BEGIN");
  two.begin();
  BOOST_TEST(two.departed.empty());
  BOOST_TEST(ann.ask("SELECT 1") == "T D(1) C(SELECT 1) Z(T)");
  BOOST_TEST(ann.ask("COMMIT") == "C(COMMIT) Z(I)");
  auto& there = two.follow(ann);
  BOOST_TEST(there.ask("SELECT 1") == kAnswer);
}

BOOST_AUTO_TEST_CASE(what_comes_behind_the_end_of_the_transaction_is_for_the_other_process) {
  TwoProcesses two;
  auto& ann = two.old.log_in();
  (void)ann.ask("BEGIN");
  two.begin();
  BOOST_TEST(ann.send(query("COMMIT") + query("SELECT 1") + query("SELECT 1")).hears() == "C(COMMIT) Z(I)");
  auto& there = two.follow(ann);
  BOOST_TEST(there.hears() == kAnswer + " " + kAnswer);
}

BOOST_AUTO_TEST_CASE(a_begin_that_no_server_has_seen_goes_with_it) {
  auto settings = one_pool(1);
  pool_of(settings).defer_begin = true;
  TwoProcesses two(settings);
  auto& ann = two.old.log_in();
  BOOST_TEST(ann.ask("BEGIN") == "C(BEGIN) Z(T)");
  auto& there = two.move(ann);
  BOOST_TEST(there.ask("SELECT 1") == "T D(1) C(SELECT 1) Z(T)");
  BOOST_TEST(next_heard(two).contains("Q(BEGIN) Q(SELECT 1)"));
  BOOST_TEST(there.ask("COMMIT") == "C(COMMIT) Z(I)");
}

BOOST_AUTO_TEST_CASE(a_client_that_is_not_taken_hears_57p01) {
  TwoProcesses two;
  auto& ann = two.old.log_in();
  two.begin();
  two.answer(ann, false);
  BOOST_TEST(ann.hears().starts_with("E(FATAL 57P01"));
  BOOST_TEST(ann.is_closed());
}

BOOST_AUTO_TEST_CASE(where_the_other_process_is_lost_clients_go_on) {
  TwoProcesses two;
  auto& ann = two.old.log_in();
  auto& bob = two.old.log_in();
  two.begin();
  BOOST_TEST(ann.ask("SELECT 1") == "");
  BOOST_TEST(ann.state() == State::Moving);
  two.stop();
  BOOST_TEST(ann.hears() == kAnswer);
  BOOST_TEST(bob.ask("SELECT 1") == kAnswer);
  two.departed.clear();
  two.begin();
  BOOST_TEST(two.departed.size() == 2U);
}

BOOST_AUTO_TEST_CASE(an_end_in_the_middle_of_its_way_leaves_the_connection_alone) {
  TwoProcesses two;
  auto& ann = two.old.log_in();
  two.begin();
  for (auto& worker : two.old.workers()) {
    worker.loop.turn(
        [&] { worker.sessions.terminate_all(protocol::make_error(protocol::Severity::Fatal, "57P01", "x")); });
  }
  two.old.run();
  BOOST_TEST(ann.hears() == "");
  BOOST_TEST(!ann.socket().is_output_over());
}

BOOST_AUTO_TEST_CASE(a_cancel_on_its_way_means_the_client_where_it_goes) {
  TwoProcesses two;
  int asked = 0;
  two.old.keys().set_other_process([&](const cancel::CancelKey&, const cancel::CancelHold&) { ++asked; });
  auto& ann = two.old.log_in();
  two.begin();
  auto& asking = ann.cancel();
  BOOST_TEST(!asking.is_closed());
  BOOST_TEST(asked == 0);
  (void)two.follow(ann);
  BOOST_TEST(asked == 1);
  BOOST_TEST(asking.is_closed());
  two.old.keys().set_other_process({});
}

BOOST_AUTO_TEST_CASE(its_cancel_key_holds_there) {
  TwoProcesses two;
  auto& ann = two.old.log_in();
  auto& there = two.move(ann);
  auto& holder = two.next.log_in();
  (void)holder.ask("BEGIN");
  BOOST_TEST(there.ask("SELECT 1") == "");
  (void)there.cancel();
  BOOST_TEST(there.hears().starts_with("E(57014"));
}

BOOST_AUTO_TEST_CASE(who_keeps_a_server_or_listens_does_not_go_and_is_drained) {
  auto settings = one_pool(2);
  TwoProcesses two(settings);
  auto& holder = two.old.log_in();
  (void)holder.ask("PREPARE kept AS SELECT 1");
  two.begin();
  BOOST_TEST(two.departed.empty());
  BOOST_TEST(holder.session()->is_bound_here());
  for (auto& worker : two.old.workers()) {
    worker.loop.turn([&] { BOOST_TEST(worker.sessions.drain_bound(10) == 1U); });
  }
  two.old.run();
  BOOST_TEST(holder.hears().starts_with("E(FATAL 57P01"));
}

BOOST_AUTO_TEST_CASE(one_of_a_pool_in_session_mode_does_not_go) {
  TwoProcesses two(one_pool(1, config::PoolMode::Session));
  auto& ann = two.old.log_in();
  two.begin();
  BOOST_TEST(two.departed.empty());
  BOOST_TEST(ann.session()->is_bound_here());
}

BOOST_AUTO_TEST_CASE(a_client_of_another_mode_is_not_taken) {
  Play old(one_pool(1));
  Play next(one_pool(1, config::PoolMode::Session));
  auto& ann = old.log_in();
  const HandedClient handed{.id = 7, .user = "app", .database = "shop", .connected_at = {}, .key = {}};
  BOOST_TEST(next.adopt(handed, ann) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
