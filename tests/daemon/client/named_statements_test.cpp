// Named statements follow their session to any server. (semantics.md, 7, 8 and 13)
#include <boost/test/unit_test.hpp>

#include "protocol/state_probe.h"
#include "tests/support/play/two_servers.h"

namespace howdah::tests {

namespace {

const std::string kOne = "SELECT 1";

std::string prepared(std::string_view name, std::string_view text = kOne) {
  return parse(name, text) + sync();
}

std::string unknown(const std::string& name) {
  return "E(26000 prepared statement \"" + name + "\" does not exist) Z(I)";
}

std::string taken(const std::string& name) {
  return "E(42P05 prepared statement \"" + name + "\" already exists) Z(I)";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(named_statements)

// Both names stand for one statement of ours, and neither Parse was answered when the rest came.
BOOST_AUTO_TEST_CASE(an_error_names_what_its_own_message_named) {
  for (const auto& use : {bind("", "b"), describe('S', "b")}) {
    Play play(one_pool(1));
    auto& ann = play.log_in();
    ann.send(parse("a", "ERROR x") + sync() + query("SLEEP 1"));
    ann.send(parse("b", "ERROR x") + sync() + use + sync());
    play.script(1).wake();
    play.run();
    BOOST_TEST(ann.hears() == "E(42601 ERROR x) Z(I) T D(1) C(SELECT 1) Z(I) E(42601 ERROR x) Z(I) " + unknown("b"));
  }
}

BOOST_AUTO_TEST_CASE(a_statement_that_a_server_lacks_is_parsed_in_front_and_nobody_hears_of_it) {
  TwoServers two;
  BOOST_TEST(two.on(1, parse("a", kOne) + describe('S', "a") + run_named("a") + sync()) ==
             "1 t T 2 D(1) C(SELECT 1) Z(I)");
  BOOST_TEST(two.heard(1) == "P(howdah_1 SELECT 1) D(howdah_1) B(howdah_1) E S");
  BOOST_TEST(two.on(2, run_named("a") + sync()) == "2 D(1) C(SELECT 1) Z(I)");
  BOOST_TEST(two.heard(2) == "P(howdah_1 SELECT 1) B(howdah_1) E S");
  BOOST_TEST(two.on(2, describe('S', "a") + sync()) == "t T Z(I)");
  BOOST_TEST(two.heard(2) == "D(howdah_1) S");
}

BOOST_AUTO_TEST_CASE(an_error_tells_the_name_that_was_given_though_others_of_the_same_text_were_skipped) {
  TwoServers two;
  for (const auto* name : {"a", "b"}) (void)two.on(1, prepared(name));
  BOOST_TEST(two.on(1, statement("ERROR x") + parse("a", kOne) + sync() + prepared("b") + prepared("a")) ==
             "E(42601 ERROR x) Z(I) " + taken("b") + " " + taken("a"));
}

BOOST_AUTO_TEST_CASE(what_is_put_in_front_goes_out_with_the_request) {
  TwoServers two;
  (void)two.on(1, prepared("a"));
  two.play.is_held = true;
  two.ann.send(run_named("a") + sync());
  two.play.loop.turn([&] { two.ann.socket().read(); });
  for (const auto number : {1UZ, 2UZ}) (void)two.play.server(number).take_requests();
  two.play.is_held = false;
  two.play.run();
  BOOST_TEST(two.ann.hears() == "2 D(1) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(clients_with_the_same_text_share_one_statement_on_a_server) {
  TwoServers two;
  (void)two.on(1, prepared("a"));
  BOOST_TEST(two.on(1, two.bob, prepared("b")) == "1 Z(I)");
  BOOST_TEST(two.heard(1) == "C(howdah_none_) S");
  BOOST_TEST(two.on(1, two.bob, run_named("b") + sync()) == "2 D(1) C(SELECT 1) Z(I)");
  BOOST_TEST(two.heard(1) == "B(howdah_1) E S");
  BOOST_TEST(two.on(1, two.bob, run_named("a") + sync()) == unknown("a"));
}

BOOST_AUTO_TEST_CASE(texts_and_types_make_different_statements) {
  TwoServers two;
  (void)two.on(1, prepared("a") + prepared("b", "SELECT 2"));
  BOOST_TEST(two.on(2, run_named("b") + run_named("a") + sync()) == "2 D(2) C(SELECT 1) 2 D(1) C(SELECT 1) Z(I)");
}

// A constant is read by the settings of the client that parses it.
BOOST_AUTO_TEST_CASE(settings_make_different_statements) {
  TwoServers two;
  auto& eve = two.play.log_in("app", "shop", {{"timezone", "Asia/Tokyo"}});
  auto& adam = two.play.log_in("app", "shop", {{"application_name", "adam"}});
  (void)two.on(1, prepared("a"));
  (void)two.on(1, eve, prepared("e"));
  BOOST_TEST(two.heard(1).ends_with("P(howdah_2 SELECT 1) S"));
  (void)two.on(1, adam, prepared("d"));
  BOOST_TEST(two.heard(1).ends_with("C(howdah_none_) S"));
}

BOOST_AUTO_TEST_CASE(a_text_with_the_time_of_its_parse_is_parsed_each_time) {
  TwoServers two;
  const std::string today = "SELECT date 'today'";
  (void)two.on(1, prepared("a", today) + sync());
  BOOST_TEST(two.on(1, two.bob, prepared("b", today)) == "1 Z(I)");
  BOOST_TEST(two.heard(1) == "P(howdah_2 SELECT date 'today') S");
}

BOOST_AUTO_TEST_CASE(a_parse_that_fails_leaves_the_name_unknown) {
  TwoServers two;
  BOOST_TEST(two.on(1, prepared("a", "ERROR x")) == "E(42601 ERROR x) Z(I)");
  BOOST_TEST(two.on(1, run_named("a") + sync()) == unknown("a"));
  BOOST_TEST(two.on(2, run_named("a") + sync()) == unknown("a"));
  BOOST_TEST(two.on(1, prepared("a")) == "1 Z(I)");
  BOOST_TEST(two.on(2, run_named("a") + sync()) == "2 D(1) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(a_bind_in_the_batch_behind_a_parse_that_fails_hears_of_its_own_name) {
  TwoServers two;
  BOOST_TEST(two.on(1, prepared("a", "ERROR x") + run_named("a") + sync()) == "E(42601 ERROR x) Z(I) " + unknown("a"));
}

BOOST_AUTO_TEST_CASE(what_stands_before_an_error_counts_and_what_stands_behind_it_does_not) {
  TwoServers two;
  BOOST_TEST(two.on(1, parse("a", kOne) + statement("ERROR x") + parse("b", kOne) + close('S', "a") + sync()) ==
             "1 E(42601 ERROR x) Z(I)");
  BOOST_TEST(two.on(2, run_named("a") + sync()) == "2 D(1) C(SELECT 1) Z(I)");
  BOOST_TEST(two.on(2, run_named("b") + sync()) == unknown("b"));
}

BOOST_AUTO_TEST_CASE(a_name_that_was_closed_and_parsed_again_in_a_batch_that_failed_is_what_it_was) {
  TwoServers two;
  (void)two.on(1, prepared("a"));
  BOOST_TEST(two.on(1, statement("ERROR x") + close('S', "a") + parse("a", "SELECT 2") + sync() + run_named("a") +
                           sync()) == "E(42601 ERROR x) Z(I) 2 D(1) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(a_closed_name_may_be_given_again) {
  TwoServers two;
  (void)two.on(1, prepared("a"));
  BOOST_TEST(two.on(2, close('S', "a") + parse("a", "SELECT 2") + run_named("a") + sync()) ==
             "3 1 2 D(2) C(SELECT 1) Z(I)");
  BOOST_TEST(two.on(1, run_named("a") + sync()) == "2 D(2) C(SELECT 1) Z(I)");
  BOOST_TEST(two.on(1, close('S', "a") + close('S', "a") + sync()) == "3 3 Z(I)");
  BOOST_TEST(two.on(1, run_named("a") + sync()) == unknown("a"));
}

BOOST_AUTO_TEST_CASE(a_close_of_a_portal_does_not_touch_the_statement_of_that_name) {
  TwoServers two;
  (void)two.on(1, prepared("a"));
  BOOST_TEST(two.on(1, close('P', "a") + sync()) == "3 Z(I)");
  BOOST_TEST(two.on(2, run_named("a") + sync()) == "2 D(1) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(a_name_in_use_is_refused_by_its_own_name) {
  TwoServers two;
  (void)two.on(1, prepared("a") + prepared("b"));
  BOOST_TEST(two.on(1, prepared("b", "SELECT 2")) == taken("b"));
  BOOST_TEST(two.on(2, prepared("a", "SELECT 2")) == taken("a"));
  BOOST_TEST(two.on(2, parse("c", kOne) + parse("c", kOne) + sync()) == "1 " + taken("c"));
  BOOST_TEST(two.on(2, run_named("a") + sync()) == "2 D(1) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(flush_instead_of_sync) {
  TwoServers two;
  BOOST_TEST(two.on(1, parse("a", kOne) + describe('S', "a") + flush()) == "1 t T");
  BOOST_TEST(two.ann.send(run_named("a") + sync()).hears() == "2 D(1) C(SELECT 1) Z(I)");
  BOOST_TEST(two.on(2, describe('S', "a") + flush()) == "t T");
  BOOST_TEST(two.ann.send(run_named("a") + sync()).hears() == "2 D(1) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(names_that_look_like_ours_are_the_client_s_own) {
  TwoServers two;
  (void)two.on(1, prepared("a"));  // howdah_1
  BOOST_TEST(two.on(1, two.bob, run_named("howdah_1") + sync()) == unknown("howdah_1"));
  BOOST_TEST(two.on(1, two.bob, describe('S', "howdah_1") + sync()) == unknown("howdah_1"));
  BOOST_TEST(two.on(1, two.bob, close('S', "howdah_1") + sync()) == "3 Z(I)");
  BOOST_TEST(two.on(1, two.bob, prepared("howdah_1", "SELECT bob")) == "1 Z(I)");
  BOOST_TEST(two.on(1, two.bob, run_named("howdah_1") + sync()) == "2 D(bob) C(SELECT 1) Z(I)");
  BOOST_TEST(two.on(1, run_named("a") + sync()) == "2 D(1) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(names_are_told_apart_by_63_bytes) {
  TwoServers two;
  const std::string name(63, 'n');
  BOOST_TEST(two.on(1, prepared(name + "one")) == "1 Z(I)");
  BOOST_TEST(two.on(2, run_named(name + "two") + sync()) == "2 D(1) C(SELECT 1) Z(I)");
  BOOST_TEST(two.on(2, prepared(name)) == taken(name));
  BOOST_TEST(two.on(2, close('S', name + "three") + run_named(name) + sync()).ends_with(unknown(name)));
}

BOOST_AUTO_TEST_CASE(a_text_larger_than_every_buffer_keeps_its_server) {
  TwoServers two;
  two.play.portion = 4096;
  const auto text = "SELECT " + std::string(300'000, 'x');
  BOOST_TEST(two.on(1, prepared("howdah_5", text)) == "1 Z(I)");
  BOOST_TEST(two.play.pool().ledger().counts().idle == 1U);
  BOOST_TEST(two.ann.send(describe('S', "howdah_5") + sync()).hears() == "t T Z(I)");
}

// The words of a text count where it is run, not only where it was parsed.
BOOST_AUTO_TEST_CASE(state_that_an_old_statement_leaves_is_asked_for) {
  TwoServers two;
  (void)two.on(1, prepared("set", "SET role = v"));
  (void)two.on(2, prepared("go", kOne));
  BOOST_TEST(two.on(2, run_named("go") + sync()) == "2 D(1) C(SELECT 1) Z(I)");
  BOOST_TEST(!two.heard(2).contains(protocol::kProbeMark));
  BOOST_TEST(two.on(2, run_named("set") + sync()) == "2 C(SET) Z(I)");
  BOOST_TEST(two.heard(2).contains(protocol::kProbeMark));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
