// What a client hears while it waits for a server, and when it has waited too long.
#include <boost/test/unit_test.hpp>

#include "daemon/client/wait_explanation.h"
#include "tests/support/play/play.h"

namespace howdah::tests {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

config::Settings patient(int size, int workers = 1) {
  auto settings = one_pool(size);
  settings.workers = workers;
  pool_of(settings).acquire_timeout = config::Milliseconds(20'000);
  pool_of(settings).acquire_notify = config::Milliseconds(5000);
  return settings;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_waiting)

BOOST_AUTO_TEST_CASE(who_waits_long_is_told_why_once_and_is_served_all_the_same) {
  Play play(patient(1));
  auto& holder = play.log_in("app", "shop", {{"application_name", "worker"}});
  auto& first = play.log_in();
  auto& second = play.log_in();
  holder.send(query("BEGIN") + query("SELECT 1"));
  first.send(query("SELECT 1"));
  play.pass(seconds(1));
  second.send(query("SELECT 2"));
  play.pass(milliseconds(3900));
  BOOST_TEST(first.take_bytes() == "");
  play.pass(milliseconds(1100));
  const auto notice = second.take_bytes() + first.take_bytes();
  BOOST_TEST(notice.front() == 'N');
  BOOST_TEST(has(notice, "waiting for a server connection for 5.0 s"));
  BOOST_TEST(has(notice, "Pool shop/app has 1 of at most 1 server connections: 1 idle in transaction; 0 more"));
  BOOST_TEST(has(notice, "Place in the queue: 1 of 2."));
  BOOST_TEST(has(notice, "application \"worker\"): idle in transaction for 5.0 s, has held its server for 5.0 s."));
  BOOST_TEST(has(notice, "idle_in_transaction_timeout"));
  play.pass(seconds(1));
  BOOST_TEST(has(second.take_bytes(), "Place in the queue: 2 of 2."));
  BOOST_TEST(first.take_bytes() == "");
  holder.send(query("COMMIT"));
  BOOST_TEST(first.hears() == "T D(1) C(SELECT 1) Z(I)");
  BOOST_TEST(second.hears() == "T D(2) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(holders_on_other_workers_are_named_the_longest_one_first) {
  Play play(patient(2, 2));
  auto& older = play.log_in("app", "shop", {{"application_name", "older"}});  // workers take turns
  auto& younger = play.log_in("app", "shop", {{"application_name", "younger"}});
  auto& waiter = play.log_in();
  older.send(query("BEGIN") + query("SELECT 1"));
  play.pass(seconds(2));
  younger.send(query("SLEEP x"));
  waiter.send(query("SELECT 1"));
  play.pass(milliseconds(20'200));
  const auto bytes = waiter.take_bytes();
  const auto error = bytes.substr(bytes.find("53300"));
  BOOST_TEST(has(error, "no server connection became free within 20000 ms"));
  BOOST_TEST(has(error, "2 of at most 2 server connections: 1 active, 1 idle in transaction"));
  BOOST_TEST(has(error, "Place in the queue: 1 of 1."));
  const auto first = error.find("application \"older\"): idle in transaction for 22.");
  const auto second = error.find("application \"younger\"): active for 20.");
  BOOST_TEST(first != std::string::npos);
  BOOST_TEST(second != std::string::npos, error);
  BOOST_TEST(first < second);
  BOOST_TEST(play.pool().totals().acquire_timeouts + 0U == 1U);
}

BOOST_AUTO_TEST_CASE(a_pin_is_named_with_what_is_left) {
  auto settings = patient(1);
  pool_of(settings).state.listen = config::ListenPolicy::Pin;
  Play play(settings);
  auto& holder = play.log_in();
  auto& waiter = play.log_in();
  (void)holder.ask("LISTEN x");
  waiter.send(query("SELECT 1"));
  play.pass(milliseconds(5100));
  const auto notice = waiter.take_bytes();
  BOOST_TEST(has(notice, "1 pinned"));
  BOOST_TEST(has(notice, "): pinned by listen for 5."), notice);
  BOOST_TEST(has(notice, "SHOW PINS"));
}

BOOST_AUTO_TEST_CASE(no_notice_where_none_is_wanted_and_none_in_a_log_in) {
  auto settings = patient(1);
  pool_of(settings).acquire_notify = config::Milliseconds(0);
  Play quiet(settings);
  auto& holder = quiet.log_in();
  auto& waiter = quiet.log_in();
  holder.send(query("SLEEP x"));
  waiter.send(query("SELECT 1"));
  quiet.pass(seconds(19));
  BOOST_TEST(waiter.take_bytes() == "");

  Play play(patient(1));
  play.log_in().send(query("SLEEP x"));
  auto& newcomer = play.start_log_in("app", "shop", {{"k", "7"}});
  play.pass(seconds(19));
  BOOST_TEST(!has(newcomer.take_bytes(), "waiting for"));
}

BOOST_AUTO_TEST_CASE(only_administrators_hear_where_holders_come_from) {
  stats::PoolQueue queue{.pool = {}, .waiting = {}, .holders = {}, .places = {}};
  queue.holders.push_back({.client_id = 7,
                           .user = "ann\n",
                           .application_name = "",
                           .address = "10.1.2.3:4",
                           .state = "active",
                           .pin_reason = "",
                           .in_state = stats::Microseconds(1'500'000),
                           .held = stats::Microseconds(2'000'000)});
  client::WaitingClient client{.id = 1, .waited = seconds(1), .is_administrator = false};
  BOOST_TEST(!has(client::waited_in_vain(client, queue).detail, "10.1.2.3"));
  client.is_administrator = true;
  const auto detail = client::waited_in_vain(client, queue).detail;
  BOOST_TEST(has(detail, ", from 10.1.2.3:4): active for 1.5 s, has held its server for 2.0 s."));
  BOOST_TEST(!has(detail, "\n"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
