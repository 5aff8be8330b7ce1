// A client is lost in the middle of something: its server is made clean again, or closed.
#include "daemon/server/cleanup.h"

#include <boost/test/unit_test.hpp>

#include "tests/support/play/play.h"

namespace howdah::tests {

namespace {

// A pool of one server, whose client `ann` is about to be lost, and `bob`, who wants the server next.
struct Loss {
  explicit Loss(config::Settings settings = one_pool(1)) : play(std::move(settings)) { (void)play.server_heard(1); }

  // The server hears nothing of what comes now before it is let go.
  void lose_before_the_server_hears(const std::string& bytes) {
    play.script(1).hold();
    ann.send(bytes);
    ann.reset();
    play.script(1).let_go();
    play.run();
  }

  void lose_after(const std::string& bytes) {
    ann.send(bytes);
    ann.reset();
  }

  // Bob gets the same server, as clean as ever.
  void check_reused() {
    BOOST_TEST(bob.ask("SELECT 2") == "T D(2) C(SELECT 1) Z(I)");
    BOOST_TEST(play.backend.servers().size() == 1U);
    BOOST_TEST(!play.script(1).has_session_state());
  }

  // Bob gets another one.
  void check_replaced() {
    BOOST_TEST(bob.ask("SELECT 2") == "T D(2) C(SELECT 1) Z(I)");
    BOOST_TEST(play.server(1).is_gone());
    BOOST_TEST(play.backend.servers().size() == 2U);
  }

  Play play;
  Client& ann = play.log_in();
  Client& bob = play.log_in();
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cleanup)

BOOST_AUTO_TEST_CASE(a_client_lost_between_requests_leaves_nothing_to_do) {
  Loss loss;
  loss.lose_after(query("SELECT 1"));
  BOOST_TEST(loss.play.server_heard(1) == "Q(SELECT 1)");
  loss.check_reused();
}

BOOST_AUTO_TEST_CASE(a_transaction_is_rolled_back) {
  Loss loss;
  loss.lose_after(query("BEGIN"));
  BOOST_TEST(loss.play.server_heard(1) == "Q(BEGIN) Q(ROLLBACK)");
  loss.check_reused();
}

BOOST_AUTO_TEST_CASE(a_failed_transaction_is_rolled_back) {
  Loss loss;
  loss.lose_after(query("BEGIN") + query("ERROR x"));
  BOOST_TEST(loss.play.server_heard(1) == "Q(BEGIN) Q(ERROR x) Q(ROLLBACK)");
  loss.check_reused();
}

BOOST_AUTO_TEST_CASE(a_request_under_way_is_cancelled) {
  Loss loss;
  loss.lose_after(query("SLEEP 1"));
  BOOST_TEST(loss.play.server(1).cancel_count() == 1);
  loss.check_reused();
}

BOOST_AUTO_TEST_CASE(an_open_batch_is_rolled_back) {
  Loss loss;
  loss.lose_after(parse("", "SELECT 1") + flush());
  BOOST_TEST(loss.play.server_heard(1) == "P(SELECT 1) H P(ROLLBACK) B E S");
  loss.check_reused();
}

BOOST_AUTO_TEST_CASE(a_batch_that_failed_without_its_sync_is_ended_by_a_sync) {
  Loss loss;
  loss.ann.send(parse("", "ERROR x") + flush());
  loss.ann.reset();
  loss.play.run();
  BOOST_TEST(loss.play.server_heard(1) == "P(ERROR x) H S");
  loss.check_reused();
}

BOOST_AUTO_TEST_CASE(a_copy_in_is_failed_in_both_protocols) {
  for (const auto& begin : {query("COPY IN"), statement("COPY IN")}) {
    Loss loss;
    loss.lose_after(begin + copy_data("row"));
    BOOST_TEST(loss.play.server_heard(1).ends_with("d(row) f") == (begin.front() == 'Q'));
    loss.check_reused();
  }
}

BOOST_AUTO_TEST_CASE(a_copy_in_that_the_server_has_not_told_of_yet_is_failed) {
  Loss loss;
  loss.lose_before_the_server_hears(query("COPY IN"));
  BOOST_TEST(loss.play.server_heard(1) == "Q(COPY IN) f");
  loss.check_reused();
}

BOOST_AUTO_TEST_CASE(copy_data_cut_off_in_the_middle_is_completed) {
  Loss loss;
  const auto data = copy_data("0123456789");
  loss.lose_after(query("COPY IN") + data.substr(0, 8));
  BOOST_TEST(loss.play.server_heard(1) == "Q(COPY IN) d(012\n\n\n\n\n\n\n) f");
  loss.check_reused();
}

BOOST_AUTO_TEST_CASE(another_message_cut_off_in_the_middle_costs_the_server) {
  Loss loss;
  loss.lose_after(query("SELECT " + std::string(30'000, 'x')).substr(0, 20'000));
  loss.check_replaced();
}

BOOST_AUTO_TEST_CASE(much_copy_data_cut_off_costs_the_server) {
  Loss loss;
  loss.lose_after(query("COPY IN") + copy_data(std::string(300'000, 'x')).substr(0, 1000));
  loss.check_replaced();
}

BOOST_AUTO_TEST_CASE(state_left_on_the_server_is_discarded) {
  Loss loss;
  loss.lose_after(query("LISTEN x"));
  BOOST_TEST(loss.play.server_heard(1).ends_with("Q(DISCARD ALL)"));
  loss.check_reused();
}

BOOST_AUTO_TEST_CASE(state_of_which_the_server_tells_only_during_the_clean_up_is_discarded) {
  Loss loss;
  loss.lose_before_the_server_hears(query("SET role = x"));
  BOOST_TEST(loss.play.server_heard(1) == "Q(SET role = x) Q(DISCARD ALL)");
  loss.check_reused();
}

BOOST_AUTO_TEST_CASE(a_rollback_comes_before_the_discard) {
  Loss loss;
  loss.lose_after(query("BEGIN") + query("SET role = x"));
  BOOST_TEST(loss.play.server_heard(1).ends_with("Q(ROLLBACK) Q(DISCARD ALL)"));
  loss.check_reused();
}

BOOST_AUTO_TEST_CASE(all_owed_replies_are_read_and_seen_by_nobody) {
  Loss loss;
  loss.lose_before_the_server_hears(query("SELECT 1") + statement("ROWS 100 x") + sync() + query("BIG 50000 y"));
  BOOST_TEST(loss.bob.hears() == "");
  loss.check_reused();
}

BOOST_AUTO_TEST_CASE(a_server_that_is_not_clean_in_time_is_closed) {
  auto settings = one_pool(1);
  pool_of(settings).cleanup_timeout = config::Milliseconds(2000);
  Loss loss(settings);
  loss.play.script(1).hold();
  loss.lose_after(query("SELECT 1"));
  loss.play.pass(std::chrono::milliseconds(1900));
  BOOST_TEST(!loss.play.server(1).is_gone());
  loss.play.pass(std::chrono::milliseconds(200));
  loss.check_replaced();
}

BOOST_AUTO_TEST_CASE(a_server_with_too_much_to_read_is_closed) {
  auto settings = one_pool(1);
  pool_of(settings).cleanup_bytes = 10'000;
  Loss loss(settings);
  loss.lose_before_the_server_hears(query("BIG 50000 y"));
  loss.check_replaced();
}

BOOST_AUTO_TEST_CASE(a_server_that_dies_in_the_clean_up_is_replaced) {
  Loss loss;
  loss.lose_before_the_server_hears(query("CLOSE"));
  loss.check_replaced();
}

BOOST_AUTO_TEST_CASE(a_server_in_clean_up_counts_against_max_size) {
  Loss loss;
  loss.play.script(1).hold();
  loss.lose_after(query("SELECT 1"));
  loss.bob.send(query("SELECT 2"));
  BOOST_TEST(loss.play.backend.connection_count() == 1U);
  BOOST_TEST(loss.play.pool().ledger().counts().waiting == 1U);
  loss.play.script(1).let_go();
  loss.play.run();
  BOOST_TEST(loss.bob.hears() == "T D(2) C(SELECT 1) Z(I)");
}

// A cancel that hits those would end the connection, since what is behind them must not run without them.
BOOST_AUTO_TEST_CASE(settings_on_their_way_are_not_cancelled_but_what_is_behind_them) {
  Loss loss;
  loss.ann.send(query("SET k = 2"));
  (void)loss.bob.ask("SELECT 1");
  loss.play.script(1).hold();
  loss.ann.send(query("SLEEP 1"));
  loss.ann.reset();
  loss.play.run();
  BOOST_TEST(loss.play.server(1).cancel_count() == 0);
  loss.play.script(1).let_go();
  loss.play.run();
  BOOST_TEST(loss.play.server(1).cancel_count() == 1);
  loss.check_reused();
}

BOOST_AUTO_TEST_CASE(the_settings_of_a_log_in_are_not_cancelled) {
  Loss loss;
  loss.play.script(1).hold();
  auto& eve = loss.play.start_log_in("app", "shop", {{"k", "3"}});
  eve.reset();
  loss.play.run();
  loss.play.script(1).let_go();
  loss.play.run();
  BOOST_TEST(loss.play.server(1).cancel_count() == 0);
  loss.check_reused();
}

// semantics.md, 17: a cancel that is still in flight could hit the next client.
BOOST_AUTO_TEST_CASE(a_server_is_not_reused_before_its_cancel_is_over) {
  Loss loss;
  loss.play.are_cancels_automatic = false;
  loss.lose_after(query("SLEEP 1"));
  loss.play.script(1).wake();
  loss.bob.send(query("SLEEP 2"));
  BOOST_TEST(loss.play.server_heard(1) == "Q(SLEEP 1)");
  loss.play.server(1).cancel_arrives();
  loss.play.loop.turn([&] { loss.play.server(1).cancel_ends(); });
  loss.play.run();
  BOOST_TEST(loss.play.server_heard(1) == "Q(SLEEP 2)");
  BOOST_TEST(loss.play.script(1).is_asleep());
}

BOOST_AUTO_TEST_CASE(a_rollback_waits_for_the_end_of_a_cancel_which_could_hit_it) {
  Loss loss;
  loss.play.are_cancels_automatic = false;
  loss.lose_after(query("BEGIN") + query("SLEEP 1"));
  loss.play.script(1).wake();
  loss.play.run();
  BOOST_TEST(loss.play.server_heard(1) == "Q(BEGIN) Q(SLEEP 1)");
  loss.play.loop.turn([&] { loss.play.server(1).cancel_ends(); });
  loss.play.run();
  BOOST_TEST(loss.play.server_heard(1) == "Q(ROLLBACK)");
}

BOOST_AUTO_TEST_CASE(session_mode_discards_what_nobody_knows_of) {
  Loss loss(one_pool(2, config::PoolMode::Session));
  loss.lose_after(query("SELECT a FROM b"));
  BOOST_TEST(loss.play.server_heard(1) == "Q(SELECT a FROM b) Q(DISCARD ALL)");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
