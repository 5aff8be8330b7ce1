// The pool modes other than `transaction`, and cancel requests.
#include <boost/test/unit_test.hpp>

#include "tests/support/play/play.h"

namespace howdah::tests {

namespace {

const std::string kAnswer = "T D(1) C(SELECT 1) Z(I)";
const std::string kNoBlocks = "E(0A000 transaction blocks are not allowed in pool mode \"statement\") Z(I)";

}  // namespace

BOOST_AUTO_TEST_SUITE(session_modes)

BOOST_AUTO_TEST_CASE(statement_mode_refuses_transaction_blocks_and_keeps_the_client) {
  for (const auto* text : {"BEGIN", "begin work", "  START TRANSACTION", "/* x */ BEGIN"}) {
    Play play(one_pool(1, config::PoolMode::Statement));
    auto& ann = play.log_in();
    BOOST_TEST(ann.ask(text).starts_with(kNoBlocks) == (text != std::string("/* x */ BEGIN")), text);
    BOOST_TEST(ann.ask("SELECT 1") == kAnswer);
    BOOST_TEST(play.script(1).status() == 'I');
  }
}

BOOST_AUTO_TEST_CASE(statement_mode_rolls_back_a_block_that_it_did_not_see_coming) {
  Play play(one_pool(1, config::PoolMode::Statement));
  auto& ann = play.log_in();
  BOOST_TEST(ann.ask("SELECT 1; BEGIN") == "T D(1) C(SELECT 1) C(BEGIN) " + kNoBlocks);
  BOOST_TEST(play.server_heard(1) == "Q(SELECT 1; BEGIN) Q(ROLLBACK)");
  BOOST_TEST(ann.ask("SELECT 1") == kAnswer);
  BOOST_TEST(ann.send(statement("BEGIN") + sync()).hears() == "1 2 C(BEGIN) " + kNoBlocks);
  BOOST_TEST(ann.ask("SELECT 1") == kAnswer);
  BOOST_TEST(play.script(1).status() == 'I');
}

BOOST_AUTO_TEST_CASE(statement_mode_serves_all_else) {
  Play play(one_pool(1, config::PoolMode::Statement));
  auto& ann = play.log_in();
  BOOST_TEST(ann.send(statement("SELECT 1") + sync()).hears() == "1 2 D(1) C(SELECT 1) Z(I)");
  BOOST_TEST(ann.send(query("COPY IN") + copy_data("x") + copy_done()).hears() == "G C(COPY 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(a_session_of_session_mode_keeps_one_server_to_its_end) {
  Play play(one_pool(1, config::PoolMode::Session));
  auto& ann = play.log_in();
  auto& bob = play.start_log_in();
  BOOST_TEST(bob.hears() == "R");
  BOOST_TEST(ann.ask("SELECT 1") == kAnswer);
  BOOST_TEST(play.pool().ledger().counts().idle == 0U);
  ann.send(terminate());
  BOOST_TEST(bob.hears().ends_with("Z(I)"));
  BOOST_TEST(play.server_heard(1) == "Q(SELECT 1)");
}

BOOST_AUTO_TEST_CASE(a_server_of_session_mode_is_reset_where_anything_may_have_been_left) {
  const std::string select_one = query("SELECT 1");
  for (const auto& traceless :
       {std::string(), select_one, query("BEGIN") + select_one + query("COMMIT"), query("SHOW a"), query(""), sync()}) {
    Play play(one_pool(1, config::PoolMode::Session));
    play.log_in().send(traceless + terminate());
    BOOST_TEST(!play.server_heard(1).contains("DISCARD"), traceless);
    BOOST_TEST(play.pool().ledger().counts().idle == 1U);
  }
  for (const auto& left : {query("SELECT a FROM b"), query("INSERT a"), query("SELECT f()"), query("SET a = 1"),
                           statement("SELECT 1") + sync(), parse("a", "SELECT 1") + sync(), bind() + sync(),
                           function_call(1), query("BEGIN") + query("SELECT f()")}) {
    Play play(one_pool(1, config::PoolMode::Session));
    play.log_in().send(left + select_one + terminate());
    BOOST_TEST(play.server_heard(1).ends_with("Q(DISCARD ALL)"), left);
    BOOST_TEST(play.pool().ledger().counts().idle == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_server_may_be_closed_instead_of_reset) {
  auto settings = one_pool(1, config::PoolMode::Session);
  pool_of(settings).state.close_instead_of_reset = true;
  Play play(settings);
  play.log_in().send(query("SELECT 1") + terminate());
  BOOST_TEST(!play.server(1).is_gone());
  play.log_in().send(query("BEGIN") + query("SELECT f()") + terminate());
  BOOST_TEST(play.server_heard(1) == "Q(SELECT 1) Q(BEGIN) Q(SELECT f()) Q(ROLLBACK)");
  BOOST_TEST(play.server(1).is_gone());
  BOOST_TEST(play.log_in().ask("SELECT 1") == kAnswer);
}

BOOST_AUTO_TEST_CASE(session_mode_tells_the_server_s_own_process_id) {
  Play play(one_pool(2, config::PoolMode::Session));
  BOOST_TEST(play.log_in().process_id() == 1000);
  BOOST_TEST(play.server(1).process_id() == 1000);
}

BOOST_AUTO_TEST_CASE(transaction_mode_tells_the_process_id_of_the_server_that_the_session_gets_first) {
  Play play(one_pool(2));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  BOOST_TEST(ann.process_id() == play.server(1).process_id());
  BOOST_TEST(bob.process_id() == ann.process_id());
  ann.send(query("SLEEP 1"));
  auto& tom = play.log_in();
  BOOST_TEST(tom.process_id() >= 1 << 22);  // no server is idle
  (void)bob.ask("SELECT 2");
  auto& eve = play.log_in();
  BOOST_TEST(eve.process_id() == play.server(2).process_id());
  play.script(1).wake();
  play.run();
  (void)tom.ask("SELECT 1");
  (void)play.server_heard(1);
  (void)play.server_heard(2);
  (void)eve.ask("SELECT eve");  // though the other one was used last, perhaps
  (void)ann.ask("SELECT ann");
  BOOST_TEST(play.server_heard(1) == "Q(SELECT ann)");
  BOOST_TEST(play.server_heard(2) == "Q(SELECT eve)");
}

BOOST_AUTO_TEST_CASE(a_session_keeps_to_its_server_while_that_is_idle_on_another_worker) {
  auto settings = one_pool(2);
  settings.workers = 2;
  Play play(settings);
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  (void)play.log_in();
  auto& eve = play.log_in();
  BOOST_TEST(bob.process_id() == ann.process_id());
  bob.send(query("SLEEP bob"));  // on ann's server, which moves to bob's worker
  eve.send(query("SLEEP eve"));
  auto* others = play.workers()[1].backend.servers().front().get();
  others->script().wake();  // so that it is the one used the longest ago
  play.run();
  play.script(1).wake();
  play.run();
  (void)play.server_heard(1);
  (void)ann.ask("SELECT ann");
  BOOST_TEST(play.server_heard(1) == "Q(SELECT ann)");
}

BOOST_AUTO_TEST_CASE(a_cancel_request_means_one_of_those_who_were_told_the_same_process_id) {
  Play play(one_pool(2));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  BOOST_TEST(bob.process_id() == ann.process_id());
  ann.send(query("SLEEP ann"));
  bob.send(query("SLEEP bob"));
  BOOST_TEST(play.script(2).dream() == "bob");
  bob.cancel();
  BOOST_TEST(bob.hears() == "E(57014 canceling statement due to user request) Z(I)");
  BOOST_TEST(play.script(1).is_asleep());
  bob.send(terminate());
  ann.cancel();
  BOOST_TEST(ann.hears() == "E(57014 canceling statement due to user request) Z(I)");
}

BOOST_AUTO_TEST_CASE(a_user_may_have_a_mode_of_its_own) {
  auto settings = one_pool(1);
  settings.users["boss"] = {.name = "boss", .password = {}, .pool_mode = config::PoolMode::Session};
  Play play(settings);
  auto& boss = play.log_in("boss");
  (void)boss.ask("SELECT 1");
  BOOST_TEST(play.pool().ledger().counts().idle == 0U);
}

BOOST_AUTO_TEST_CASE(a_cancel_request_cancels_what_its_client_runs) {
  Play play(one_pool(2));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  ann.send(query("SLEEP 1"));
  bob.send(query("SLEEP 2"));
  ann.cancel();
  BOOST_TEST(ann.hears() == "E(57014 canceling statement due to user request) Z(I)");
  BOOST_TEST(play.script(2).is_asleep());
  BOOST_TEST(play.pool().ledger().counts().idle == 1U);
}

BOOST_AUTO_TEST_CASE(a_cancel_of_an_idle_client_goes_nowhere) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  bob.send(query("SLEEP 1"));
  ann.cancel();
  BOOST_TEST(play.server(1).cancel_count() == 0);
  BOOST_TEST(play.script(1).is_asleep());
}

BOOST_AUTO_TEST_CASE(a_cancel_with_a_wrong_key_goes_nowhere_and_is_not_answered) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  ann.send(query("SLEEP 1"));
  auto key = message('K', std::string("\0\0\0\1abcd", 8));
  ann.note_keys(key);
  ann.cancel();
  BOOST_TEST(play.script(1).is_asleep());
}

// semantics.md, 17
BOOST_AUTO_TEST_CASE(a_server_is_not_given_away_while_a_cancel_for_it_is_in_flight) {
  Play play(one_pool(1));
  play.are_cancels_automatic = false;
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  ann.send(query("SLEEP 1"));
  ann.cancel();
  play.script(1).wake();
  play.run();
  BOOST_TEST(ann.hears() == kAnswer);
  bob.send(query("SLEEP 2"));
  BOOST_TEST(!play.script(1).is_asleep());
  BOOST_TEST(play.server(1).cancel_arrives() == "");
  play.loop.turn([&] { play.server(1).cancel_ends(); });
  play.run();
  BOOST_TEST(play.script(1).is_asleep());
  play.script(1).wake();
  play.run();
  BOOST_TEST(bob.hears() == "T D(2) C(SELECT 1) Z(I)");
}

// Clients wait for the close before they ask for more: no later request of theirs is hit.
BOOST_AUTO_TEST_CASE(who_asked_for_a_cancel_is_closed_when_it_can_hit_nothing_more) {
  Play play(one_pool(1));
  play.are_cancels_automatic = false;
  auto& ann = play.log_in();
  ann.send(query("SLEEP 1"));
  auto& asker = ann.cancel();
  play.script(1).wake();
  play.run();
  BOOST_TEST(ann.hears() == kAnswer);
  BOOST_TEST(!asker.is_closed());
  BOOST_TEST(play.server(1).cancel_arrives() == "");
  BOOST_TEST(!asker.is_closed());
  play.loop.turn([&] { play.server(1).cancel_ends(); });
  BOOST_TEST(asker.is_closed());
}

BOOST_AUTO_TEST_CASE(who_asked_for_a_cancel_of_nothing_is_closed_at_once) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  BOOST_TEST(ann.cancel().is_closed());
}

BOOST_AUTO_TEST_CASE(who_asked_for_a_cancel_is_closed_when_its_server_goes) {
  Play play(one_pool(1));
  play.are_cancels_automatic = false;
  auto& ann = play.log_in();
  ann.send(query("SLEEP 1"));
  auto& asker = ann.cancel();
  auto& second = ann.cancel();
  play.server(1).socket().reset();
  play.run();
  BOOST_TEST(asker.is_closed());
  BOOST_TEST(second.is_closed());
}

BOOST_AUTO_TEST_CASE(who_asked_for_a_cancel_is_told_nothing_however_it_ends) {
  auto settings = one_pool(1);
  settings.client.login_timeout = std::chrono::seconds(5);
  Play play(settings);
  play.are_cancels_automatic = false;
  auto& ann = play.log_in();
  ann.send(query("SLEEP 1"));
  auto& asker = ann.cancel();
  play.drain();
  BOOST_TEST(!asker.is_closed());
  play.pass(std::chrono::seconds(6));
  BOOST_TEST(asker.is_closed());
  BOOST_TEST(asker.take_bytes() == "");
}

BOOST_AUTO_TEST_CASE(who_asked_for_a_cancel_may_leave_before_it_is_over) {
  Play play(one_pool(1));
  play.are_cancels_automatic = false;
  auto& ann = play.log_in();
  ann.send(query("SLEEP 1"));
  auto& asker = ann.cancel();
  asker.vanish();
  BOOST_TEST(asker.is_closed());
  BOOST_TEST(play.server(1).cancel_arrives() == "1");
  play.loop.turn([&] { play.server(1).cancel_ends(); });
  play.run();
  BOOST_TEST(ann.hears() == "E(57014 canceling statement due to user request) Z(I)");
}

BOOST_AUTO_TEST_CASE(many_cancels_at_a_time_are_one_and_one_more_behind_it) {
  Play play(one_pool(1));
  play.are_cancels_automatic = false;
  auto& ann = play.log_in();
  ann.send(query("SLEEP 1"));
  for (int i = 0; i < 10; ++i) ann.cancel();
  BOOST_TEST(play.server(1).cancel_count() == 1);
  play.script(1).wake();
  play.run();
  BOOST_TEST(play.server(1).cancel_arrives() == "");  // too late for that one
  ann.send(query("SLEEP 2"));                         // nobody waited for the close
  auto& asker = ann.cancel();
  play.loop.turn([&] { play.server(1).cancel_ends(); });
  BOOST_TEST(play.server(1).cancel_count() == 2);
  BOOST_TEST(!asker.is_closed());
  BOOST_TEST(play.server(1).cancel_arrives() == "2");
  play.loop.turn([&] { play.server(1).cancel_ends(); });
  BOOST_TEST(asker.is_closed());
  BOOST_TEST(play.server(1).cancel_count() == 2);
}

BOOST_AUTO_TEST_CASE(a_second_cancel_is_not_sent_when_there_is_nothing_to_cancel_any_more) {
  Play play(one_pool(1));
  play.are_cancels_automatic = false;
  auto& ann = play.log_in();
  ann.send(query("SLEEP 1"));
  ann.cancel();
  auto& second = ann.cancel();
  play.server(1).cancel_arrives();
  play.run();
  play.loop.turn([&] { play.server(1).cancel_ends(); });
  BOOST_TEST(play.server(1).cancel_count() == 1);
  BOOST_TEST(second.is_closed());
  BOOST_TEST(play.pool().ledger().counts().idle == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
