#include "daemon/stats/metrics.h"

#include <boost/test/unit_test.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "tests/daemon/stats/fake_source.h"

namespace howdah::stats {

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

struct Fixture {
  tests::FakeSource source;

  // The value behind the name and its labels; empty where there is no such sample.
  std::string sample(const std::string& name) const {
    for (const auto& line : lines_of(metrics_text(source.state))) {
      if (line.starts_with(name + ' ')) return line.substr(name.size() + 1);
    }
    return {};
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(metrics, Fixture)

BOOST_AUTO_TEST_CASE(the_figures_of_a_pool_bear_its_names) {
  auto& pool = source.state.pools[0];
  pool.last_error = "no";
  pool.totals.errors_sent = 3;
  pool.statements = 7;
  const std::string labels = R"({database="app",user="ann"})";
  const std::pair<const char*, const char*> expected[] = {{"howdah_transactions_total", "200"},
                                                          {"howdah_queries_total", "400"},
                                                          {"howdah_client_received_bytes_total", "10000"},
                                                          {"howdah_client_sent_bytes_total", "5000000000"},
                                                          {"howdah_errors_total", "3"},
                                                          {"howdah_transaction_seconds_total", "1"},
                                                          {"howdah_pool_servers_max", "20"},
                                                          {"howdah_pool_prepared_statements", "7"},
                                                          {"howdah_pool_longest_wait_seconds", "2.5"},
                                                          {"howdah_pool_login_failing", "1"}};
  for (const auto& [name, value] : expected) BOOST_TEST(sample(name + labels) == value, name);
  BOOST_TEST(sample(R"(howdah_pool_clients{database="app",user="ann",state="waiting"})") == "1");
  BOOST_TEST(sample(R"(howdah_pool_servers{database="app",user="ann",state="pinned"})") == "0");
}

BOOST_AUTO_TEST_CASE(cancels_between_instances_are_counted_where_there_are_any) {
  BOOST_TEST(metrics_text(source.state).find("howdah_peer") == std::string::npos);
  auto& peer = source.state.peers.peers.emplace_back();
  peer.number = 7;
  peer.forwarded = 5;
  peer.refused = 6;
  peer.failed = 8;
  source.state.peers.instance = 1;
  source.state.peers.received = 3;
  source.state.peers.received_refused = 2;
  BOOST_TEST(sample(R"(howdah_peer_cancels_total{peer="7",result="forwarded"})") == "5");
  BOOST_TEST(sample(R"(howdah_peer_cancels_total{peer="7",result="refused"})") == "6");
  BOOST_TEST(sample(R"(howdah_peer_cancels_total{peer="7",result="failed"})") == "8");
  BOOST_TEST(sample(R"(howdah_peer_cancels_received_total{result="taken"})") == "3");
  BOOST_TEST(sample(R"(howdah_peer_cancels_received_total{result="refused"})") == "2");
}

BOOST_AUTO_TEST_CASE(times_are_histograms) {
  auto& times = source.state.pools[0].times;
  for (int i = 0; i < 9; ++i) times.wait.record(Microseconds(700));
  times.wait.record(Microseconds(2'000'000));
  const auto bucket = [this](const std::string& limit) {
    return sample(R"(howdah_wait_duration_seconds_bucket{database="app",user="ann",le=")" + limit + "\"}");
  };
  BOOST_TEST(bucket("0.0005") == "0");
  BOOST_TEST(bucket("0.001") == "9");
  BOOST_TEST(bucket("1") == "9");
  BOOST_TEST(bucket("2.5") == "10");
  BOOST_TEST(bucket("+Inf") == "10");
  BOOST_TEST(sample(R"(howdah_wait_duration_seconds_count{database="app",user="ann"})") == "10");
  BOOST_TEST(sample(R"(howdah_wait_duration_seconds_sum{database="app",user="ann"})") == "2.0063");
  BOOST_TEST(sample(R"(howdah_query_duration_seconds_count{database="app",user="ann"})") == "0");
  BOOST_TEST(sample(R"(howdah_transaction_duration_seconds_count{database="app",user="ann"})") == "0");
}

BOOST_AUTO_TEST_CASE(errors_are_told_by_sqlstate_and_disconnects_by_reason) {
  auto& pool = source.state.pools[0];
  pool.errors = {{"23505", 4}, {"53300", 1}};
  pool.disconnects = {{"bye", 2}};
  pool.totals.rows = 17;
  BOOST_TEST(sample(R"(howdah_errors_by_sqlstate_total{database="app",user="ann",sqlstate="23505"})") == "4");
  BOOST_TEST(sample(R"(howdah_errors_by_sqlstate_total{database="app",user="ann",sqlstate="53300"})") == "1");
  BOOST_TEST(sample(R"(howdah_disconnects_total{database="app",user="ann",reason="bye"})") == "2");
  BOOST_TEST(sample(R"(howdah_rows_total{database="app",user="ann"})") == "17");
}

BOOST_AUTO_TEST_CASE(the_daemon_tells_of_itself) {
  BOOST_TEST(sample(R"(howdah_build_info{version=")" HOWDAH_VERSION R"("})") == "1");
  BOOST_TEST(sample("howdah_ready") == "1");
  BOOST_TEST(sample("howdah_draining") == "0");
  BOOST_TEST(sample("howdah_process_start_time_seconds") == "1000");
  BOOST_TEST(std::stod(sample("howdah_process_resident_memory_bytes")) > 1e6);
}

BOOST_AUTO_TEST_CASE(every_line_is_in_the_text_format) {
  const std::regex comment(R"(# (HELP howdah_\w+ .+\.|TYPE howdah_\w+ (counter|gauge|histogram)))");
  const std::regex value(R"(howdah_\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [0-9.e+-]+)");
  for (const auto& line : lines_of(metrics_text(source.state))) {
    BOOST_TEST((std::regex_match(line, comment) || std::regex_match(line, value)), line);
  }
}

BOOST_AUTO_TEST_CASE(counters_and_only_they_end_in_total) {
  const std::regex type(R"(# TYPE (\w+) (\w+))");
  for (const auto& line : lines_of(metrics_text(source.state))) {
    std::smatch match;
    if (!std::regex_match(line, match, type)) continue;
    BOOST_TEST(match[1].str().ends_with("_total") == (match[2] == "counter"), line);
  }
}

BOOST_AUTO_TEST_CASE(names_from_clients_cannot_break_the_page) {
  source.state.pools[0].database = "a\"b\\c\nd\xff";
  const auto text = metrics_text(source.state);
  BOOST_TEST(text.find('\xff') == std::string::npos);
  BOOST_TEST(text.find(R"(howdah_transactions_total{database="a\"b\\c\\nd\\xff",user="ann"} 200)") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(pools_past_the_bound_are_one) {
  source.state.pools.clear();
  for (std::size_t i = 0; i < kMostLabelledPools + 10; ++i) {
    source.state.pools.push_back(tests::FakeSource::pool("d" + std::to_string(i), "u"));
  }
  BOOST_TEST(sample(R"(howdah_transactions_total{database="d499",user="u"})") == "200");
  BOOST_TEST(sample(R"(howdah_transactions_total{database="d500",user="u"})") == "");
  BOOST_TEST(sample(R"(howdah_transactions_total{database="other",user="other"})") == "2000");
  BOOST_TEST(sample(R"(howdah_rows_total{database="other",user="other"})") == "3000");
  BOOST_TEST(sample(R"(howdah_pool_servers_max{database="other",user="other"})") == "200");
}

BOOST_AUTO_TEST_CASE(no_sample_comes_twice) {
  source.state.pools = {tests::FakeSource::pool("other", "other"),
                        tests::FakeSource::pool(std::string(200, 'x') + "1", "u"),
                        tests::FakeSource::pool(std::string(200, 'x') + "2", "u")};
  std::set<std::string> seen;
  for (const auto& line : lines_of(metrics_text(source.state))) {
    BOOST_TEST(seen.insert(line.substr(0, line.rfind(' '))).second, line);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::stats
