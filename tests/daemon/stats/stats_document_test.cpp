// The shape of /stats.json. (STATS.md)
#include "daemon/stats/stats_document.h"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "tests/daemon/stats/fake_source.h"

namespace howdah::stats {

namespace {

using nlohmann::json;

struct Fixture {
  tests::FakeSource source;
  History history;
  PoolSnapshot& pool = source.state.pools[0];

  json document(bool shows_addresses = true) const {
    return json::parse(stats_document(source, history, shows_addresses));
  }
  void pass() {
    source.state.taken_at += std::chrono::seconds(2);
    history.add(source.state);
  }
  void add_client(std::uint64_t id, std::uint64_t queue_number, std::uint64_t server_id) {
    auto& client = source.client_list.emplace_back();
    client.id = id;
    client.user = client.pool_user = "ann";
    client.database = client.pool_database = "app";
    client.application_name = "worker";
    client.address = "10.1.2.3:4000";
    client.wait = Microseconds(static_cast<std::int64_t>(1000 * id));
    client.server_id = server_id;
    client.queue_number = queue_number;
  }
  void add_server(std::uint64_t id, std::uint64_t client_id) {
    auto& server = source.server_list.emplace_back();
    server.id = id;
    server.user = "ann";
    server.database = "app";
    server.state = "active";
    server.client_id = client_id;
    server.held = Microseconds(1'500'000);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(document_of_stats, Fixture)

BOOST_AUTO_TEST_CASE(an_instance_tells_of_its_number_and_its_peers_and_others_do_not) {
  BOOST_TEST(!document()["daemon"].contains("instances"));
  auto& peers = source.state.peers;
  peers.instance = 1;
  peers.received = 3;
  peers.peers.emplace_back().number = 2;
  peers.peers.front().failed = 4;
  const auto shown = document()["daemon"]["instances"];
  BOOST_TEST(shown["instance"] == 1);
  BOOST_TEST(shown["cancels_received"] == 3);
  BOOST_TEST(shown["cancels_received_refused"] == 0);
  BOOST_TEST(shown["peers"].size() == 1U);
  BOOST_TEST(shown["peers"][0]["instance"] == 2);
  BOOST_TEST(shown["peers"][0]["cancels_failed"] == 4);
}

BOOST_AUTO_TEST_CASE(it_has_a_version_a_verdict_and_the_daemon) {
  const auto seen = document();
  BOOST_TEST(seen["version"] == kDocumentVersion);
  BOOST_TEST(seen["taken_at"] == 1100.0);
  BOOST_TEST(seen["verdict"]["grade"] == "warning");
  BOOST_TEST(seen["verdict"]["findings"].size() == 1U);
  BOOST_TEST(seen["daemon"]["version"] == HOWDAH_VERSION);
  BOOST_TEST(seen["daemon"]["started_at"] == 1000.0);
  BOOST_TEST(seen["daemon"]["ready"] == true);
}

BOOST_AUTO_TEST_CASE(a_pool_tells_what_there_is) {
  const auto seen = document()["pools"][0];
  BOOST_TEST(seen["database"] == "app");
  BOOST_TEST(seen["mode"] == "transaction");
  BOOST_TEST(seen["clients"]["waiting"] == 1);
  BOOST_TEST(seen["servers"]["max"] == 20);
  BOOST_TEST(seen["longest_wait_seconds"] == 2.5);
  BOOST_TEST(seen["totals"]["client_sent_bytes"] == 5'000'000'000);
  BOOST_TEST(seen["recent"].is_null());
  BOOST_TEST(seen["history"].is_null());
}

BOOST_AUTO_TEST_CASE(its_history_is_one_list_for_each_figure) {
  pass();
  pool.totals.transactions += 20;
  pool.times.wait.record(Microseconds(20));
  pass();
  pass();
  const auto seen = document()["pools"][0];
  BOOST_TEST(seen["recent"]["totals"]["transactions"] == 20);
  BOOST_TEST(seen["recent"]["wait"]["count"] == 1);
  const auto& past = seen["history"];
  BOOST_TEST(past["seconds_ago"] == json({2.0, 0.0}));
  BOOST_TEST(past["transactions_per_second"] == json({10.0, 0.0}));
  BOOST_TEST(past["wait"]["p99"] == json({0.00002, nullptr}));
  BOOST_TEST(past["transaction"]["p50"] == json({nullptr, nullptr}));
  BOOST_TEST(document()["all"]["recent"]["totals"]["transactions"] == 20);
}

BOOST_AUTO_TEST_CASE(who_waits_and_who_has_servers_stand_by_time) {
  add_client(1, 7, 0);
  add_client(2, 8, 0);
  add_client(3, 0, 5);
  add_server(5, 3);
  const auto seen = document();
  BOOST_REQUIRE(seen["waiters"].size() == 2U);
  BOOST_TEST(seen["waiters"][0]["client"] == 2);
  BOOST_TEST(seen["waiters"][0]["place"] == 2);
  BOOST_TEST(seen["waiters"][0]["address"] == "10.1.2.3:4000");
  BOOST_REQUIRE(seen["holders"].size() == 1U);
  BOOST_TEST(seen["holders"][0]["client"] == 3);
  BOOST_TEST(seen["holders"][0]["held_seconds"] == 1.5);
}

BOOST_AUTO_TEST_CASE(addresses_of_clients_are_left_out_where_they_are_not_to_be_shown) {
  add_client(1, 7, 0);
  add_client(3, 0, 5);
  add_server(5, 3);
  BOOST_TEST(stats_document(source, history, true).find("10.1.2.3") != std::string::npos);
  BOOST_TEST(stats_document(source, history, false).find("10.1.2.3") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(errors_disconnects_statements_and_advice_are_in_it) {
  pool.errors["23505"] = 3;
  pool.disconnects["bye"] = 2;
  auto& statement = source.statement_list.emplace_back();
  statement.fingerprint = 0xfedcba9876543210;
  statement.text = "select $1";
  statement.server_time = Microseconds(1'250'000);
  source.advice_list.push_back(
      {.about = "pool app/ann", .kind = "pool size", .text = "take 6", .figures = "p99 of 5.2"});
  const auto seen = document();
  BOOST_TEST(seen["pools"][0]["errors"]["23505"] == 3);
  BOOST_TEST(seen["all"]["disconnects"]["bye"] == 2);
  BOOST_TEST(seen["statements"][0]["fingerprint"] == "fedcba9876543210");
  BOOST_TEST(seen["statements"][0]["server_seconds"] == 1.25);
  BOOST_TEST(seen["advice"][0]["text"] == "take 6");
}

BOOST_AUTO_TEST_CASE(it_is_bounded) {
  for (std::uint64_t i = 1; i <= 500; ++i) add_client(i, i, 0);
  source.statement_list.resize(500);
  source.state.pools.clear();
  for (int i = 0; i < 400; ++i) {
    source.state.pools.push_back(tests::FakeSource::pool(i == 0 ? "app" : "d" + std::to_string(i), "ann"));
  }
  const auto seen = document();
  BOOST_TEST(seen["waiters"].size() == 20U);
  BOOST_TEST(seen["statements"].size() == 20U);
  BOOST_TEST(seen["pools"].size() == 201U);
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_do_not_break_it) {
  source.statement_list.emplace_back().text = "select \xff\xc3";
  BOOST_TEST(document()["statements"][0]["text"].get<std::string>().starts_with("select "));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::stats
