// Slow peers: who does not read makes the other side wait, and costs a bounded amount of memory.
// (semantics.md, 25)
#include <boost/test/unit_test.hpp>

#include "tests/support/play/play.h"

namespace howdah::tests {

namespace {

using State = client::Session::State;

std::string rows_of(const std::string& replies, const std::string& row) {
  std::size_t count = 0;
  for (auto at = replies.find(row); at != std::string::npos; at = replies.find(row, at + 1)) ++count;
  return std::to_string(count);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_flow)

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_stops_its_server_until_it_reads_again) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  ann.stop_reading(1000);
  play.portion = 4096;
  ann.send(query("ROWS 20000 0123456789"));
  BOOST_TEST(!play.server(1).socket().is_reading());
  BOOST_TEST(ann.socket().pending_bytes() <= 2U * 4096U);
  ann.read_on();
  BOOST_TEST(rows_of(ann.hears(), "D(0123456789)") == "20000");
  BOOST_TEST(play.server(1).socket().is_reading());
  BOOST_TEST(play.pool().ledger().counts().idle == 1U);
}

BOOST_AUTO_TEST_CASE(a_server_that_does_not_read_stops_its_client_until_it_reads_again) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  play.server(1).socket().set_capacity(1000);
  play.is_held = true;
  play.portion = 4096;
  ann.send(query("SELECT " + std::string(500'000, 'x')));
  for (int i = 0; i < 10 && ann.socket().is_readable(); ++i) play.loop.turn([&] { ann.socket().read(4096); });
  BOOST_TEST(!ann.socket().is_reading());
  BOOST_TEST(play.server(1).socket().pending_bytes() <= 16U * 1024U);  // what is looked at before it goes on
  play.is_held = false;
  play.run();
  BOOST_TEST(ann.take_bytes().size() > 500'000U);
  BOOST_TEST(ann.socket().is_reading());
}

// Both sides are full: a client that sends without reading, of a server that answers as it reads.
BOOST_AUTO_TEST_CASE(a_long_pipeline_through_small_kernels_does_not_deadlock) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  play.server(1).socket().set_capacity(500);
  ann.socket().set_capacity(500);
  std::string requests;
  for (int i = 0; i < 3000; ++i) requests += statement("SELECT 0123456789") + sync();
  ann.send(requests);
  BOOST_TEST(rows_of(ann.hears(), "D(0123456789)") == "3000");
  BOOST_TEST(play.pool().ledger().counts().idle == 1U);
}

BOOST_AUTO_TEST_CASE(more_ready_for_query_than_a_limit_are_never_owed) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  play.script(1).hold();
  std::string requests;
  for (int i = 0; i < 5000; ++i) requests += sync() + query("SELECT x");
  ann.send(requests);
  const auto heard_before = play.server_heard(1);
  play.script(1).let_go();
  play.run();
  BOOST_TEST(rows_of(ann.hears(), "D(x)") == "5000");
}

BOOST_AUTO_TEST_CASE(a_batch_without_an_end_is_flushed_from_time_to_time) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  std::string requests;
  for (int i = 0; i < 20'000; ++i) requests += parse("", "SELECT x");
  ann.send(requests);
  BOOST_TEST(rows_of(ann.hears(), "1") != "0");  // though the client asked for nothing
  BOOST_TEST(rows_of(play.server_heard(1), " H") != "0");
  BOOST_TEST(ann.send(sync()).hears().ends_with("Z(I)"));
  BOOST_TEST(play.pool().ledger().counts().idle == 1U);
}

BOOST_AUTO_TEST_CASE(a_waiting_client_may_send_only_so_much_ahead) {
  Play play(one_pool(1));
  auto& holder = play.log_in();
  auto& ann = play.log_in();
  (void)holder.ask("BEGIN");
  ann.send(query("SELECT " + std::string(1'000'000, 'x')));
  BOOST_TEST(!ann.socket().is_reading());
  BOOST_TEST(ann.socket().kept_bytes() <= 2U * 64U * 1024U);
  (void)holder.ask("COMMIT");
  BOOST_TEST(ann.take_bytes().size() > 1'000'000U);
}

BOOST_AUTO_TEST_CASE(a_client_that_asks_without_reading_gets_no_answers_of_our_own_beyond_its_kernel) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  ann.stop_reading(100);
  std::string syncs;
  for (int i = 0; i < 100'000; ++i) syncs += sync();
  ann.send(syncs);
  BOOST_TEST(ann.socket().pending_bytes() <= 128U * 1024U);
  ann.read_on();
  BOOST_TEST(ann.take_bytes().size() == 600'000U);
}

BOOST_AUTO_TEST_CASE(a_lease_ends_though_its_client_does_not_read) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  ann.stop_reading(10);
  ann.send(query("SELECT 1"));
  BOOST_TEST(bob.ask("SELECT 2") == "T D(2) C(SELECT 1) Z(I)");
  ann.read_on();
  BOOST_TEST(ann.hears() == "T D(1) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
