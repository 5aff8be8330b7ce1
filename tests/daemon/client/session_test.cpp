// A session's requests and leases: which replies come, and when the server goes back.
#include <boost/test/unit_test.hpp>

#include "tests/support/play/play.h"

namespace howdah::tests {

namespace {

struct Exchange {
  const char* name;
  std::string request;
  std::string replies;
  bool is_free;  // the server is free behind it
};

// semantics.md, 1 to 6, 14 and 15.
const std::vector<Exchange> kExchanges = {
    {"a query", query("SELECT 1"), "T D(1) C(SELECT 1) Z(I)", true},
    {"an empty query", query(""), "I Z(I)", true},
    {"several statements in one query", query("SELECT 1; SELECT 2"), "T D(1) C(SELECT 1) T D(2) C(SELECT 1) Z(I)",
     true},
    {"an error", query("ERROR x"), "E(42601 ERROR x) Z(I)", true},
    {"two queries in one write", query("SELECT 1") + query("SELECT 2"),
     "T D(1) C(SELECT 1) Z(I) T D(2) C(SELECT 1) Z(I)", true},
    {"an open transaction", query("BEGIN"), "C(BEGIN) Z(T)", false},
    {"a failed transaction", query("BEGIN") + query("ERROR x"), "C(BEGIN) Z(T) E(42601 ERROR x) Z(E)", false},
    {"a transaction from end to end", query("BEGIN") + query("SELECT 1") + query("COMMIT"),
     "C(BEGIN) Z(T) T D(1) C(SELECT 1) Z(T) C(COMMIT) Z(I)", true},
    {"the extended protocol", parse("", "SELECT 1") + bind() + describe('P') + execute() + sync(),
     "1 2 T D(1) C(SELECT 1) Z(I)", true},
    {"several Syncs", statement("SELECT 1") + sync() + sync() + statement("SELECT 2") + sync(),
     "1 2 D(1) C(SELECT 1) Z(I) Z(I) 1 2 D(2) C(SELECT 1) Z(I)", true},
    {"a Flush without a Sync", parse("", "SELECT 1") + describe('S') + flush(), "1 t T", false},
    {"an error without a Sync", parse("", "ERROR x") + query("SELECT 1"), "E(42601 ERROR x)", false},
    {"an error and what is dropped up to the Sync",
     parse("", "ERROR x") + bind() + query("SELECT 1") + sync() + query("SELECT 2"),
     "E(42601 ERROR x) Z(I) T D(2) C(SELECT 1) Z(I)", true},
    {"a query that ends a batch", statement("SELECT 1") + query("SELECT 2"),
     "1 2 D(1) C(SELECT 1) T D(2) C(SELECT 1) Z(I)", true},
    {"a portal in parts", parse("", "ROWS 3 r") + bind() + execute("", 2) + flush(), "1 2 D(r) D(r) s", false},
    {"a portal to its end", parse("", "ROWS 3 r") + bind() + execute("", 2) + execute() + sync(),
     "1 2 D(r) D(r) s D(r) C(SELECT 3) Z(I)", true},
    {"an unknown statement", bind("", "nobody") + sync(), "E(26000 prepared statement \"nobody\" does not exist) Z(I)",
     true},
    {"a Close of an unknown statement", close('S', "nobody") + sync(), "3 Z(I)", true},
    {"a copy-in begun", query("COPY IN"), "G", false},
    {"a copy-in", query("COPY IN") + copy_data("a") + copy_data("b") + copy_done(), "G C(COPY 2) Z(I)", true},
    {"a copy-in given up", query("COPY IN") + copy_fail("why"), "G E(57014 COPY from stdin failed: why) Z(I)", true},
    {"a copy-in that fails and goes on", query("COPY IN") + copy_data("bad") + copy_data("b") + copy_done(),
     "G E(22P02 bad data) Z(I)", true},
    {"an extended copy-in", statement("COPY IN") + copy_data("a") + copy_done() + sync(), "1 2 G C(COPY 1) Z(I)", true},
    {"an extended copy-in with a Sync in it", statement("COPY IN") + sync() + copy_data("a") + copy_done() + sync(),
     "1 2 G C(COPY 1) Z(I)", true},
    {"an extended copy-in without its Sync", statement("COPY IN") + copy_data("a") + copy_done() + flush(),
     "1 2 G C(COPY 1)", false},
    {"a copy-out", query("COPY OUT 2 r"), "H d(r) d(r) c C(COPY 2) Z(I)", true},
    {"a function call", function_call(7), "V Z(I)", true},
    {"a function call that fails", function_call(0), "E(42883 function with OID 0 does not exist) Z(I)", true},
    {"a notice", query("NOTICE n"), "N(n) C(NOTICE) Z(I)", true},
    {"COPY data when there is no copy", copy_data("a") + copy_done() + copy_fail(), "", true},
    {"a lone Sync", sync(), "Z(I)", true},
    {"a lone Flush", flush(), "", true},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(session)

BOOST_AUTO_TEST_CASE(every_exchange_is_postgresql_s_and_frees_the_server_only_at_its_end) {
  for (const auto& exchange : kExchanges) {
    BOOST_TEST_CONTEXT(exchange.name) {
      Play play(one_pool(1));
      auto& ann = play.log_in();
      BOOST_TEST(ann.send(exchange.request).hears() == exchange.replies);
      BOOST_TEST((play.pool().ledger().counts().idle == 1) == exchange.is_free);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_cuts_of_the_bytes_change_nothing) {
  for (const auto& exchange : kExchanges) {
    BOOST_TEST_CONTEXT(exchange.name) {
      Play play(one_pool(1));
      play.portion = 1;
      auto& ann = play.log_in();
      for (const char byte : exchange.request) ann.send(std::string(1, byte));
      BOOST_TEST(ann.hears() == exchange.replies);
      BOOST_TEST((play.pool().ledger().counts().idle == 1) == exchange.is_free);
    }
  }
}

BOOST_AUTO_TEST_CASE(requests_that_wait_in_the_queue_give_the_same_replies) {
  for (const auto& exchange : kExchanges) {
    BOOST_TEST_CONTEXT(exchange.name) {
      Play play(one_pool(1));
      auto& ann = play.log_in();
      auto& holder = play.log_in();
      holder.send(query("BEGIN"));
      ann.send(exchange.request);
      holder.send(query("COMMIT"));
      BOOST_TEST(ann.hears() == exchange.replies);
    }
  }
}

BOOST_AUTO_TEST_CASE(nothing_of_a_transaction_goes_to_another_server) {
  Play play(one_pool(2));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  (void)ann.ask("BEGIN");
  (void)bob.ask("BEGIN");
  for (int i = 0; i < 5; ++i) {
    (void)ann.ask("SELECT ann");
    (void)bob.ask("SELECT bob");
  }
  const auto heard = play.server_heard(1) + play.server_heard(2);
  BOOST_TEST(heard ==
             "Q(BEGIN) Q(SELECT ann) Q(SELECT ann) Q(SELECT ann) Q(SELECT ann) Q(SELECT ann)"
             "Q(BEGIN) Q(SELECT bob) Q(SELECT bob) Q(SELECT bob) Q(SELECT bob) Q(SELECT bob)");
}

BOOST_AUTO_TEST_CASE(state_left_on_a_server_keeps_it_until_discard_all) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  BOOST_TEST(ann.ask("LISTEN news") == "C(LISTEN) Z(I)");
  BOOST_TEST(play.pool().ledger().counts().idle == 0U);
  BOOST_TEST(ann.ask("DISCARD ALL") == "C(DISCARD ALL) Z(I)");
  BOOST_TEST(play.pool().ledger().counts().idle == 1U);
}

// A DISCARD ALL that was sent before does not undo what is sent behind it.
BOOST_AUTO_TEST_CASE(state_that_follows_a_discard_all_in_one_pipeline_is_not_lost) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  ann.send(query("DISCARD ALL") + query("SELECT set_config('application_name','ann',false)"));
  BOOST_TEST(ann.hears() == "C(DISCARD ALL) Z(I) T D C(SELECT 1) S(application_name=ann) Z(I)");
  BOOST_TEST(play.log_in().ask("SHOW application_name") == "T D C(SHOW) Z(I)");
  BOOST_TEST(ann.ask("SHOW application_name") == "T D(ann) C(SHOW) Z(I)");
}

BOOST_AUTO_TEST_CASE(a_setting_of_the_startup_packet_is_put_in_front_and_its_replies_left_out) {
  Play play(one_pool(1));
  auto& ann = play.log_in("app", "shop", {{"application_name", "ann"}});
  auto& bob = play.log_in("app", "shop", {{"application_name", "bob"}});
  (void)play.server_heard(1);
  BOOST_TEST(ann.ask("SELECT 1") == "T D(1) C(SELECT 1) Z(I)");
  BOOST_TEST(bob.ask("SELECT 1") == "T D(1) C(SELECT 1) Z(I)");
  BOOST_TEST(bob.ask("SELECT 1") == "T D(1) C(SELECT 1) Z(I)");
  BOOST_TEST(play.server_heard(1) ==
             "Q(SELECT pg_catalog.set_config('application_name','ann',false)) Q(SELECT 1) "
             "Q(SELECT pg_catalog.set_config('application_name','bob',false)) Q(SELECT 1) Q(SELECT 1)");
}

BOOST_AUTO_TEST_CASE(a_setting_that_the_server_refuses_is_the_error_of_its_client_alone) {
  Play play(one_pool(1));
  auto& ann = play.start_log_in("app", "shop", {{"nonsense", "x"}});
  BOOST_TEST(ann.hears() == "R E(FATAL 42704 unrecognized configuration parameter \"nonsense\")");
  BOOST_TEST(ann.is_closed());
  BOOST_TEST(play.log_in().ask("SELECT 1") == "T D(1) C(SELECT 1) Z(I)");
  BOOST_TEST(play.backend.servers().size() == 1U);
}

BOOST_AUTO_TEST_CASE(notices_and_parameters_out_of_turn_reach_the_client_of_the_lease) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  (void)ann.ask("BEGIN");
  std::string news;
  protocol::append_error(news, protocol::make_error(protocol::Severity::Notice, "00000", "news"));
  play.script(1).say(news);
  play.run();
  BOOST_TEST(ann.hears() == "N(news)");
}

// semantics.md, 26
BOOST_AUTO_TEST_CASE(a_notice_to_an_idle_server_is_no_error_and_reaches_nobody) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  std::string news;
  protocol::append_error(news, protocol::make_error(protocol::Severity::Notice, "00000", "news"));
  play.script(1).say(news);
  play.run();
  BOOST_TEST(ann.ask("SELECT 1") == "T D(1) C(SELECT 1) Z(I)");
  BOOST_TEST(play.backend.servers().size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
