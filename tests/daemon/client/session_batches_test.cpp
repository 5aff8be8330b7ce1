// Batches and pipelines reach the server alike, in one piece or byte by byte.
#include <boost/test/unit_test.hpp>

#include "tests/support/play/two_servers.h"

namespace howdah::tests {

namespace {

std::string named(std::string_view name) {
  return tests::bind("", name) + describe('P', "") + execute();
}

std::string ten(const std::string& requests) {
  std::string all;
  for (int i = 0; i < 10; ++i) all += requests;
  return all;
}

struct Heard {
  std::string by_client;
  std::string by_server;
};

// After a and b have been prepared and used once, and an unnamed one parsed.
Heard play_in_pieces(const std::string& requests, std::size_t piece_bytes) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  for (const auto* name : {"a", "b"}) {
    (void)ann.send(parse(name, "SELECT 1") + describe('S', name) + sync()).hears();
    (void)ann.send(named(name) + sync()).hears();
  }
  (void)ann.send(parse("", "SELECT 1") + sync()).hears();
  (void)play.server_heard(1);
  for (std::size_t at = 0; at < requests.size(); at += piece_bytes) ann.send(requests.substr(at, piece_bytes));
  return {.by_client = ann.hears(), .by_server = play.server_heard(1)};
}

const std::vector<std::string> kBatches = {
    ten(named("a")) + sync(),
    ten(named("a") + sync()),
    ten(named("a") + named("b")) + sync(),
    ten(named("a") + flush()) + sync(),
    named("a") + named("nobodys") + named("a") + sync() + named("b") + sync(),
    named("a") + parse("", "ERROR x") + named("a") + sync() + named("b") + sync(),
    ten(tests::bind("", "") + execute()) + sync(),
    ten(parse("", "SELECT 1") + bind("", "") + describe('P', "") + execute()) + sync(),
    ten(tests::bind("p", "a") + describe('P', "p") + execute("p")) + sync(),
    named("a") + describe('S', "a") + named("a") + close('S', "a") + named("a") + sync() + named("a") + sync(),
    named("a") + close('P', "") + named("a") + query("SELECT 1") + named("a") + sync(),
    named("a") + parse("c", "SELECT 2") + named("c") + named("a") + sync() + named("c") + sync(),
    tests::bind("", "") + execute() + parse("", "SET a = 1") + ten(tests::bind("", "") + execute()) + sync(),
    sync() + ten(sync()) + named("a") + sync(),
};

}  // namespace

BOOST_AUTO_TEST_SUITE(session_batches)

BOOST_AUTO_TEST_CASE(a_batch_is_the_same_however_it_comes) {
  for (const auto& batch : kBatches) {
    const auto whole = play_in_pieces(batch, batch.size());
    BOOST_TEST(whole.by_client.ends_with("Z(I)"));
    for (const auto piece_bytes : {1UZ, 3UZ, 7UZ, 20UZ}) {
      const auto cut = play_in_pieces(batch, piece_bytes);
      BOOST_TEST(cut.by_client == whole.by_client);
      // What comes behind an error that has been answered goes to the server as it is, to be dropped.
      const bool has_error = whole.by_client.contains("E(");
      BOOST_TEST((has_error || cut.by_server == whole.by_server));
    }
  }
}

BOOST_AUTO_TEST_CASE(names_in_a_pipeline_are_the_servers) {
  BOOST_TEST(play_in_pieces(named("a") + named("a") + sync(), 1000).by_server == "B(howdah_1) D E B(howdah_1) D E S");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
